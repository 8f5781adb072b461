"""Training of the learned placement on rendered records: minutes on a CPU, most of them for reading the examples."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tryon.errors import BadRequestError
from tryon.models.placer import Placer, PlacerParams
from tryon.models.weights import save_weights
from tryon.settings import setting
from tryon.synth.shards import Shard
from tryon.training.placement_data import PlacementData, read_placements
from tryon.training.runlog import Clock, Ema, RunLog, check_finite, choose_device, resume_run, save_run, seed_all
from tryon.warp.adjust import NAMES
from tryon.warp.placement_features import KINDS, feature_names, mirror_of

COMMAND = "python -m tryon train placement"
SURE = 1.0  # answers further off (sw, or a factor's logarithm) are slips of the truth: hidden ends, crossed limbs


@dataclass(frozen=True)
class PlacementTraining:
    """What one run of the learned placement's training is made of."""

    records: Path = setting(Path("data/records"), "folder of the rendered records")
    run: Path = setting(Path("runs/placement"), "folder for examples, logs and checkpoints")
    out: Path = setting(Path("weights/placement.safetensors"), "where the best weights go")
    steps: int = setting(400, "updates in all; more only learn the examples by heart")
    batch: int = setting(256, "examples an update")
    rate: float = setting(1e-3, "peak learning rate of the one-cycle schedule")
    decay: float = setting(0.1, "weight decay")
    noise: float = setting(0.3, "noise on the inputs, in their own spreads: poses and masks are never exact")
    error: float = setting(0.012, "landmarks are wrong by so much of the garment's height (one sigma)")
    copies: int = setting(2, "examples of each garment view, each with its own errors")
    seed: int = setting(1, "seed of everything random")
    minutes: float = setting(0.0, "stop cleanly after so many minutes; 0: when done")
    every: int = setting(50, "updates between validations")
    threads: int = setting(1, "CPU threads; 0: all")
    resume: bool = setting(True, "go on from the last checkpoint")
    smoke: bool = setting(False, "a run of seconds on a few records")
    device: str = setting("auto", "cpu, cuda or auto")


def split_shards(folder: Path) -> tuple[list[Path], list[Path]]:
    """Shards of records for training and for validation.

    Raises:
        BadRequestError: one of both is missing.
    """
    kinds: dict[bool, list[Path]] = {False: [], True: []}
    for path in sorted(folder.glob("records_*.zip")):
        kinds[Shard(path).facts.get("split") == "validation"].append(path)
    if not kinds[False] or not kinds[True]:
        raise BadRequestError(f"No records to train and validate on in {folder}. Make them: python -m tryon synth")
    return kinds[False], kinds[True]


def make_placer(inputs: np.ndarray) -> Placer:
    """An untrained network that knows the inputs' (N, F) means and spreads, and how they look in a mirror."""
    net = Placer(PlacerParams(len(feature_names()), len(NAMES)))
    order, sign = (torch.from_numpy(a) for a in mirror_of(feature_names()))
    answer_order, answer_sign = (torch.from_numpy(a) for a in mirror_of(NAMES))
    both = torch.from_numpy(inputs)
    both = torch.cat([both, both[:, order] * sign])
    values: dict[str, Tensor] = {
        "mean": both.mean(0), "spread": both.std(0).clamp_min(0.05), "input_order": order, "input_sign": sign,
        "answer_order": answer_order, "answer_sign": answer_sign,
    }  # fmt: skip
    for name, value in values.items():
        getattr(net, name).copy_(value)
    return net


def placement_loss(found: Tensor, wanted: Tensor) -> Tensor:
    """Mean distance of answers (B, A) from the truth, where it is known; half-way between squares and absolutes."""
    known = torch.isfinite(wanted) & (wanted.abs() < SURE)
    off = F.smooth_l1_loss(found, torch.nan_to_num(wanted), reduction="none", beta=0.1)
    return (off * known).sum() / known.sum().clamp_min(1)


@torch.no_grad()
def placement_figures(net: Placer | None, data: PlacementData) -> dict[str, float]:
    """Mean absolute error of the known answers by kind of garment; net None: of the rules alone."""
    wanted = torch.from_numpy(data.answers)
    found = torch.zeros_like(wanted) if net is None else net.eval()(torch.from_numpy(data.inputs))
    known = torch.isfinite(wanted) & (wanted.abs() < SURE)
    off = (found - torch.nan_to_num(wanted)).abs()
    kinds = np.array([facts["kind"] for facts in data.meta])
    out = {"error": float(off[known].mean())}
    for kind in KINDS:
        rows = torch.from_numpy(kinds == kind)
        if bool(rows.any()):
            out[f"error_{kind}"] = float(off[rows][known[rows]].mean())
    return out


def train_placement(settings: PlacementTraining) -> dict[str, float]:
    """Train the placement network and write its best weights; returns the best validation figures."""
    s = settings
    if s.threads:
        torch.set_num_threads(s.threads)
    rng = seed_all(s.seed)
    device = choose_device(s.device)
    train, held = split_shards(s.records)
    how: dict[str, Any] = {"seed": s.seed, "error": s.error, "copies": s.copies, "limit": 2 if s.smoke else 0}
    data = read_placements(train[:1] if s.smoke else train, s.run, **how)
    judged = read_placements(held, s.run, **how)
    steps, every = (20, 20) if s.smoke else (s.steps, s.every)
    net = make_placer(data.inputs).to(device)
    optimizer = torch.optim.AdamW(net.parameters(), s.rate, weight_decay=s.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, s.rate, total_steps=steps + 1, pct_start=0.1)
    ema, step, best = Ema(net, 0.98), 0, float("-inf")
    log, clock = RunLog(s.run, s), Clock(s.minutes)
    if s.resume and not s.smoke:
        step, best = resume_run(s.run / "last.pt", net, optimizer, schedule, ema, device)
    inputs, answers = torch.from_numpy(data.inputs).to(device), torch.from_numpy(data.answers).to(device)
    print(f"{len(inputs)} examples; rules alone: {placement_figures(None, judged)}", flush=True)
    figures: dict[str, float] = {}
    best_figures: dict[str, float] = {}
    total, started = 0.0, time.monotonic()
    while step < steps and not clock.over():
        rows = torch.from_numpy(rng.integers(len(inputs), size=s.batch)).to(device)
        x = inputs[rows]
        x = x + s.noise * net.spread * torch.randn_like(x) * (x != 0)
        loss = placement_loss(net.train()(x), answers[rows])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        ema.update(net)
        step += 1
        total += loss.item()
        if step % every == 0 or step == steps:
            check_finite(step, {"loss": total})
            judge = Placer(net.params)
            judge.load_state_dict({k: v.cpu() for k, v in ema.state.items()})
            figures = placement_figures(judge, judged)
            log.scalars(step, {"loss": total / every, **figures, "seconds": time.monotonic() - started})
            total = 0.0
            if -figures["error"] > best:
                best, best_figures = -figures["error"], figures
                target = s.run / "smoke.safetensors" if s.smoke else s.out
                save_weights(target, judge, params=judge.params, command=COMMAND, figures=figures)
            save_run(s.run / "last.pt", net, optimizer, ema, step, best)
    log.close()
    return best_figures or figures
