"""What every trainer shares: figures in CSV and TensorBoard, checkpoints, seeds, the clock."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
import random
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tryon.errors import TryOnError


class RunLog:
    """Writes scalars to ``<folder>/log.csv`` and TensorBoard, pictures to TensorBoard and PNG."""

    def __init__(self, folder: Path, settings: Any) -> None:
        from torch.utils.tensorboard import SummaryWriter

        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        plain = {f.name: str(getattr(settings, f.name)) for f in dataclasses.fields(settings)}
        (folder / "settings.json").write_text(json.dumps(plain, indent=1))
        self._board = SummaryWriter(str(folder / "tensorboard"))
        self._csv = folder / "log.csv"

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        """Log one row; prints it too."""
        fields = ["step", *values]
        if not self._csv.exists() or self._csv.read_text().split("\n", 1)[0].split(",") != fields:
            with self._csv.open("a", newline="") as f:
                csv.writer(f).writerow(fields)
        with self._csv.open("a", newline="") as f:
            csv.writer(f).writerow([step, *(f"{v:.6g}" for v in values.values())])
        for name, value in values.items():
            self._board.add_scalar(name, value, step)
        self._board.flush()
        print(f"step {step}  " + "  ".join(f"{k} {v:.4g}" for k, v in values.items()), flush=True)

    def picture(self, step: int, name: str, rgb_u8: np.ndarray) -> None:
        """Log an (H, W, 3) uint8 sheet to TensorBoard and as ``<folder>/<name>.png``."""
        import cv2

        self._board.add_image(name, rgb_u8, step, dataformats="HWC")
        cv2.imwrite(str(self.folder / f"{name}.png"), np.ascontiguousarray(rgb_u8[..., ::-1]))

    def close(self) -> None:
        """Finish the files."""
        self._board.close()


class Clock:
    """Tells when ``minutes`` are over; None or 0: never."""

    def __init__(self, minutes: float | None) -> None:
        self._end = time.monotonic() + 60 * minutes if minutes else None

    def over(self) -> bool:
        """Whether the time is used up."""
        return self._end is not None and time.monotonic() > self._end


class Pace:
    """How far a run is, by updates or by its minutes, whichever ends it first; earlier runs that it resumes count.

    A learning rate that follows it comes to its end on a fast machine and on a slow one.
    """

    def __init__(self, steps: int, minutes: float, spent: float = 0.0) -> None:
        self._steps, self._seconds, self._spent = steps, 60 * minutes, spent
        self._start = time.monotonic()

    def spent(self) -> float:
        """Seconds in all."""
        return self._spent + time.monotonic() - self._start

    def progress(self, step: int) -> float:
        """0..1."""
        now = time.monotonic() - self._start
        by_time = (now + self._spent) / (self._seconds + self._spent) if self._seconds else 0.0
        return min(1.0, max(step / self._steps, by_time))


def one_cycle(progress: float) -> float:
    """Factor of the peak rate: a linear rise over the first 12%, then a cosine to 0.5% (Smith and Topin 2019)."""
    if progress < 0.12:
        return 0.05 + 0.95 * progress / 0.12
    return 0.005 + 0.995 * 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - 0.12) / 0.88)))


def seed_all(seed: int) -> np.random.Generator:
    """Seed torch and Python's generators for one training run; numpy's own generator is returned."""
    torch.manual_seed(seed)
    random.seed(seed)
    return np.random.default_rng(seed)


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write a checkpoint atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    torch.save(dict(state), part)
    part.replace(path)


def load_checkpoint(path: Path) -> dict[str, Any] | None:
    """Read a checkpoint made by ``save_checkpoint``; None where there is none."""
    if not path.exists():
        return None
    return torch.load(path, map_location="cpu", weights_only=False)


class NonFiniteLossError(TryOnError):
    """A loss became infinite or NaN; the last checkpoint is intact."""

    code = "non_finite_loss"


def check_finite(step: int, values: Mapping[str, float]) -> None:
    """Stop a run whose losses have left the numbers.

    Raises:
        NonFiniteLossError: names the loss.
    """
    for name, value in values.items():
        if not np.isfinite(value):
            raise NonFiniteLossError(f"The loss {name} is {value} at step {step}; lower the learning rate and resume.")


class Ema:
    """Exponential moving average of a network's weights: what is evaluated and saved.

    The average warms up, so that a short run is not held back by its random start.
    """

    def __init__(self, net: torch.nn.Module, decay: float) -> None:
        self.decay, self.count = decay, 0
        self.state = {k: v.detach().clone() for k, v in net.state_dict().items()}

    @torch.no_grad()
    def update(self, net: torch.nn.Module) -> None:
        """Move the average towards the network's present weights."""
        self.count += 1
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        for name, value in net.state_dict().items():
            if value.is_floating_point():
                self.state[name].lerp_(value.detach(), 1 - decay)
            else:
                self.state[name].copy_(value)


def resume_run(
    path: Path,
    net: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    ema: Ema,
    device: str,
) -> tuple[int, float]:
    """Go on from a checkpoint of ``save_run``, if there is one; the schedule runs up to its step.

    Returns:
        The step and the best validation score so far; 0 and minus infinity for a new run.
    """
    saved = load_checkpoint(path)
    if saved is None:
        return 0, float("-inf")
    net.load_state_dict(saved["net"])
    optimizer.load_state_dict(saved["optimizer"])
    for _ in range(saved["step"]):  # not from the file, so that the number of steps may differ
        schedule.step()
    ema.state, ema.count = {k: v.to(device) for k, v in saved["ema"].items()}, saved["ema_count"]
    return int(saved["step"]), float(saved["best"])


def save_run(
    path: Path, net: torch.nn.Module, optimizer: torch.optim.Optimizer, ema: Ema, step: int, best: float
) -> None:
    """Write what ``resume_run`` needs."""
    state = {
        "net": net.state_dict(), "optimizer": optimizer.state_dict(), "ema": ema.state, "ema_count": ema.count,
        "step": step, "best": best,
    }  # fmt: skip
    save_checkpoint(path, state)


def choose_device(name: str) -> str:
    """A device's name; "auto" is cuda where there is one, else cpu."""
    if name != "auto":
        return name
    return "cuda" if torch.cuda.is_available() else "cpu"
