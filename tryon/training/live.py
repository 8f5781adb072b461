"""Training of the live network: knowledge distillation from the generator, and the truth.

    L = l1 x |S - x| + distil x g |S - T| + layout x (CE(S, x) + g KL(T || S)) + perceptual x feature distance
        + move x (what the moved garment covers against what it should) + smooth x second differences of how it moves
        + calm x |what is added to the layers' colours|

S is the student's picture, T the teacher's, x the true one; g is 1 for examples in which the teacher does better
than the student (the adjustable distillation of Ge et al. 2021, arXiv 2103.04559). Examples are used several times:
making one and asking the teacher cost more than a student's step.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader

from tryon.errors import BadRequestError
from tryon.evaluation.metrics import FeatureDistance
from tryon.models import live
from tryon.models.live import LiveDrawn, LiveNet, LiveParams
from tryon.models.precision import inference_dtype
from tryon.models.weights import save_weights
from tryon.settings import open_data_dir, setting
from tryon.training.gan_losses import weighted_l1
from tryon.training.generator import layout_loss
from tryon.training.live_data import LiveBatch, LiveBatches
from tryon.training.live_lessons import Lesson, LessonPool, Teacher
from tryon.training.live_losses import (
    bending,
    cover_loss,
    divergence,
    lost_garment,
    picture_of,
    roughness,
    trusted,
    weighted_mean,
)
from tryon.training.live_validation import held_lesson, validate
from tryon.training.pairs import PairStore
from tryon.training.people_data import find_people
from tryon.training.runlog import (
    Ema,
    Pace,
    RunLog,
    check_finite,
    choose_device,
    load_checkpoint,
    save_checkpoint,
    seed_all,
)

COMMAND = "python -m tryon train live"


@dataclass(frozen=True)
class LiveTrainSettings:
    """What one run of the live network's training is made of."""

    data: Path = setting(open_data_dir(), "folder of the open data (or TRYON_DATA), if there are no shards yet")
    people: Path = setting(Path("data/people"), "folder of the people shards")
    pairs: Path = setting(Path("data/pairs"), "folder of exact rendered pairs (python -m tryon prepare pairs)")
    pair_share: float = setting(0.5, "share of the examples that are rendered pairs; 0: photos alone")
    teacher: str = setting("weights/generator.safetensors", "the generator to learn from; empty: the truth alone")
    run: Path = setting(Path("runs/live"), "folder for logs and checkpoints")
    out: Path = setting(Path("weights/live.safetensors"), "where the best weights go")
    height: int = setting(256, "pixels; the width is three quarters of it")
    steps: int = setting(20000, "updates in all; --minutes ends them sooner")
    batch: int = setting(8, "pictures an update")
    fresh: int = setting(2, "new examples an update; the others are drawn from those of before")
    pool: int = setting(64, "examples that are kept for use again; 4 MB each")
    rate: float = setting(2e-3, "peak of Adam's rate; it rises over the first 5% and falls to 2%")
    l1: float = setting(20.0, "weight of the L1 loss against the truth")
    distil: float = setting(15.0, "weight of the L1 loss against the teacher's picture")
    layout: float = setting(2.0, "weight of the layout's cross-entropy and of its distance from the teacher's")
    perceptual: float = setting(1.0, "weight of the EfficientNet-Lite0 feature distance")
    skin_weight: float = setting(4.0, "extra L1 weight of uncovered skin against 1 for the rest of the region")
    keep_garment: float = setting(0.4, "weight of keeping the warped garment's own pixels")
    calm: float = setting(1.5, "weight of what is added to the layers' own colours: little, or ground gets halos")
    move: float = setting(3.0, "weight of what the moved garment covers")
    smooth: float = setting(60.0, "weight of the displacement's second differences")
    seed: int = setting(1, "seed of everything random")
    minutes: float = setting(0.0, "stop cleanly after so many minutes; 0: when done")
    every: int = setting(250, "updates between validations")
    threads: int = setting(0, "CPU threads; 0: all")
    workers: int = setting(1, "loader processes")
    resume: bool = setting(True, "go on from the last checkpoint")
    smoke: bool = setting(False, "a run of seconds on a few pictures")
    device: str = setting("auto", "cpu, cuda or auto")


class LiveTrainer:
    """The student, its optimizer, and one step."""

    def __init__(self, settings: LiveTrainSettings, device: str) -> None:
        self.settings, self.device = settings, device
        self.net = LiveNet(LiveParams()).to(device, memory_format=torch.channels_last)
        self.features = FeatureDistance().to(device) if settings.perceptual else None
        self.optimizer = torch.optim.AdamW(self.net.parameters(), settings.rate, betas=(0.9, 0.99), weight_decay=1e-4)
        self.ema = Ema(self.net, 0.998)
        self.bf16 = device != "cpu" or inference_dtype() == torch.bfloat16
        self.step_count = 0

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device, torch.bfloat16, enabled=self.bf16)

    def step(self, k: Lesson, progress: float) -> dict[str, float]:
        """Move the student on one batch; ``progress`` 0..1 says how far the run is. Returns the losses by name."""
        s = self.settings
        self.optimizer.param_groups[0]["lr"] = s.rate * rate_factor(progress)
        self.net.train()
        with self._autocast():
            drawn = self.net(k.fine, k.coarse)
        loss, parts = self._loss(k, drawn)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 20.0)
        self.optimizer.step()
        self.ema.update(self.net)
        self.step_count += 1
        return {name: float(value) for name, value in parts.items()} | {"loss": loss.item()}

    def _loss(self, k: Lesson, drawn: LiveDrawn) -> tuple[Tensor, dict[str, Tensor]]:
        s = self.settings
        picture, region = picture_of(k.fine, drawn), k.fine[:, live.REGION]
        gate = trusted(picture.detach(), k)
        weight = region + s.skin_weight * k.skin
        parts = {
            "l1": s.l1 * (weighted_l1(picture, k.truth, weight) + 0.3 * weighted_l1(drawn.rendering, k.truth, weight)),
            "distil": s.distil * weighted_l1(picture, k.picture, weight * gate),
            "layout": s.layout * (layout_loss(drawn.layout, k.layout, region) + divergence(drawn, k, region * gate)),
            "kept": s.keep_garment * lost_garment(drawn),
            "calm": s.calm * weighted_mean(drawn.change.abs(), region),
            "folds": 0.5 * roughness(drawn.shading.log()),
            "move": s.move * cover_loss(drawn, k, region) + s.smooth * bending(drawn.displacement),
        }
        if self.features is not None:
            some = max(1, len(picture) // 2)  # of each batch: it costs as much as all else that is judged
            with self._autocast():
                distance = self.features(F.avg_pool2d(picture[-some:], 2), F.avg_pool2d(k.truth[-some:], 2)).mean()
            parts["perceptual"] = s.perceptual * distance
        return torch.stack(list(parts.values())).sum(), {n: v.detach() for n, v in parts.items()}

    def averaged(self) -> LiveNet:
        """A copy with averaged weights, on the CPU, for inference."""
        net = LiveNet(self.net.params)
        net.load_state_dict({name: value.cpu() for name, value in self.ema.state.items()})
        return net.eval()

    def state(self) -> dict[str, Any]:
        """Everything that a resumed run needs."""
        return {
            "net": self.net.state_dict(), "optimizer": self.optimizer.state_dict(), "ema": self.ema.state,
            "ema_count": self.ema.count, "step": self.step_count,
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        self.net.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.ema.state = {name: value.to(self.device) for name, value in state["ema"].items()}
        self.ema.count, self.step_count = state["ema_count"], state["step"]


def rate_factor(progress: float) -> float:
    """Share of the peak rate: a rise over the first 5%, then a cosine to 2%."""
    if progress < 0.05:
        return 0.1 + 0.9 * progress / 0.05
    return 0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * min(1.0, (progress - 0.05) / 0.95))))


def _stores(s: LiveTrainSettings) -> tuple[PairStore | None, PairStore | None]:
    """Training and validation pairs; none where there are no shards."""
    if s.smoke or not s.pair_share or not any(s.pairs.glob("pairs_*.zip")):
        return None, None
    train = PairStore(s.pairs, validation=False)
    try:
        return train, PairStore(s.pairs, validation=True)
    except BadRequestError:  # few shards: no validation pairs among them yet
        return train, None


def train_live(settings: LiveTrainSettings) -> dict[str, float]:
    """Train the live network and write the weights with the least feature distance.

    Returns:
        The last validation figures.

    Raises:
        WeightsError: the teacher's weights are missing or foreign. BadRequestError: no photos are there.
        NonFiniteLossError: training diverged.
    """
    s = settings
    if s.threads:
        torch.set_num_threads(s.threads)
    rng, device = seed_all(s.seed), choose_device(s.device)
    teacher = Teacher.load(s.teacher, device)
    records = find_people(s.people, s.data, smoke_run=s.run if s.smoke else None)
    held = [r for r in records if r.validation] or records
    train_pairs, held_pairs = _stores(s)
    size, steps, every = (s.height, s.height * 3 // 4), *((3, 3) if s.smoke else (s.steps, s.every))
    counts = (2, 0) if s.smoke else (32, 16)
    examples = held_lesson(held, held_pairs, Teacher.load(s.teacher, "cpu"), counts, size)
    trainer, best, spent = LiveTrainer(s, device), float("inf"), 0.0
    log, distance, pool = RunLog(s.run, s), FeatureDistance(), LessonPool(s.pool, rng)
    saved = load_checkpoint(s.run / "last.pt") if s.resume and not s.smoke else None
    if saved:
        trainer.restore(saved)
        best, spent = saved["best"], saved["spent"]
        if saved["held"] != len(examples.exact):  # pairs were prepared meanwhile: the figures are others
            best = float("inf")
    train = [r for r in records if not r.validation]
    data = LiveBatches(train, s.fresh, size, s.seed + trainer.step_count, train_pairs, s.pair_share)
    batches = iter(DataLoader(data, batch_size=None, num_workers=0 if s.smoke else s.workers))
    pace, figures = Pace(steps, s.minutes, spent), {}
    sums: dict[str, float] = {}
    started, since = time.monotonic(), 0
    while (progress := pace.progress(trainer.step_count)) < 1:
        batch: LiveBatch = next(batches)
        losses = trainer.step(pool.draw(teacher.teach(batch.to(device)), s.batch), progress)
        check_finite(trainer.step_count, losses)
        sums = {name: sums.get(name, 0.0) + value for name, value in losses.items()}
        since += 1
        if trainer.step_count % every and pace.progress(trainer.step_count) < 1:
            continue
        net, means = trainer.averaged(), {name: value / since for name, value in sums.items()}
        figures, sheet = validate(net, examples, distance)
        rate = since * s.batch / (time.monotonic() - started)
        log.scalars(trainer.step_count, {**means, **{f"val_{n}": v for n, v in figures.items()}, "pace": rate})
        log.picture(trainer.step_count, "validation", sheet)
        if figures["feature_distance"] < best:
            best = figures["feature_distance"]
            target = s.run / "smoke.safetensors" if s.smoke else s.out
            save_weights(target, net, params=net.params, command=COMMAND, figures=figures)
        facts = {"best": best, "spent": pace.spent(), "held": len(examples.exact)}
        save_checkpoint(s.run / "last.pt", {**trainer.state(), **facts})
        sums, started, since = {}, time.monotonic(), 0
    log.close()
    return figures
