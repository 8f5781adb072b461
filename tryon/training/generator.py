"""Adversarial training of the try-on generator (Goodfellow et al. 2014; Isola et al. 2017).

Each step first moves the discriminator, then the generator:

    L_D = -E[log D(x)] - E[log(1 - D(G))]
    L_G = adversarial x -E[log D(G)] + l1 x |G - x| + perceptual x feature distance + matching x |f_D(G) - f_D(x)|
          + layout x cross-entropy of what each pixel shows
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader

from tryon.errors import BadRequestError
from tryon.evaluation.metrics import FeatureDistance
from tryon.models.discriminator import Judged, ScaledDiscriminator
from tryon.models.generator import LAYERS, Generator, GeneratorParams, compose
from tryon.models.precision import inference_dtype
from tryon.models.weights import load_into, read_weights, save_weights
from tryon.settings import open_data_dir, setting
from tryon.training.example_pool import ExamplePool
from tryon.training.gan_losses import (
    GanKind,
    discriminator_loss,
    feature_matching_loss,
    generator_loss,
    patch_weight,
    weighted_l1,
)
from tryon.training.generator_batches import GeneratorBatches
from tryon.training.generator_data import UNTOLD
from tryon.training.generator_validation import validate, validation_examples
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
from tryon.training.several import Team, gather_team

EMA_SETTLED = 1000  # updates after which the average of the weights no longer warms up
CONDITION_CHANNELS = 3 + 1 + 3 + 1  # the discriminator sees the agnostic person, region, garment, its alpha


@dataclass(frozen=True)
class GeneratorSettings:
    """What one run of the generator's training is made of."""

    data: Path = setting(open_data_dir(), "folder of the open data (or TRYON_DATA), if there are no shards yet")
    people: Path = setting(Path("data/people"), "folder of the people shards")
    pairs: Path = setting(Path("data/pairs"), "folder of exact rendered pairs (python -m tryon prepare pairs)")
    pair_share: float = setting(0.35, "share of the examples that are rendered pairs; 0: photos alone")
    photo_share: float = setting(1.0, "0 trains on rendered pairs alone")
    run: Path = setting(Path("runs/generator"), "folder for logs and checkpoints")
    out: Path = setting(Path("weights/generator.safetensors"), "where the best weights go")
    start_from: str = setting("", "last.pt of another run, or a generator's weights, to start from")
    lead: int = setting(0, "updates in which the discriminator plays alone, where it is new and the generator is not")
    scales: int = setting(2, "sizes of the picture that have a discriminator each: as it is, halved ...")
    compile: bool = setting(
        False, "compile the networks first (a C++ compiler, two minutes): a third less time an update"
    )
    height: int = setting(256, "pixels; the width is three quarters of it")
    windows: float = setting(0.0, "share of the examples that are windows of frames of twice that height")
    steps: int = setting(6000, "updates of both nets in all")
    batch: int = setting(6, "pictures an update")
    reuse: int = setting(1, "how often an example is used; more than once pays on a GPU")
    pool: int = setting(600, "examples that are kept on the device for use again; 9 MB each")
    rate: float = setting(7e-4, "Adam's rate for the generator; falls to 3% over the second half")
    rate_discriminator: float = setting(6e-5, "more than 1e-4 does not converge; Adam's rate for the discriminator")
    gan: GanKind = setting("nonsaturating", "nonsaturating, lsgan or hinge")
    adversarial: float = setting(0.8, "weight of the adversarial loss; 0 trains without a discriminator")
    matching: float = setting(4.0, "weight of feature matching")
    l1: float = setting(20.0, "weight of the L1 loss")
    layout: float = setting(5.0, "weight of the layout's cross-entropy")
    perceptual: float = setting(1.0, "weight of the EfficientNet-Lite0 feature distance")
    skin_weight: float = setting(5.0, "extra L1 weight of uncovered skin against 1 for the rest of the region")
    keep_garment: float = setting(0.4, "weight of keeping the warped garment's own pixels")
    seed: int = setting(1, "seed of everything random")
    minutes: float = setting(0.0, "stop cleanly after so many minutes; 0: when done")
    every: int = setting(250, "updates between validations")
    threads: int = setting(0, "CPU threads; 0: all")
    workers: int = setting(1, "loader processes")
    resume: bool = setting(True, "go on from the last checkpoint")
    smoke: bool = setting(False, "a run of seconds on a few pictures")
    device: str = setting("auto", "cpu, cuda or auto")


class GanTrainer:
    """The two networks, their optimizers, and one alternating step."""

    def __init__(self, settings: GeneratorSettings, device: str, team: Team | None = None) -> None:
        self.settings, self.device, self.team = settings, device, team or Team()
        self.generator = Generator(GeneratorParams()).to(device, memory_format=torch.channels_last)
        self.discriminator = ScaledDiscriminator(CONDITION_CHANNELS, settings.scales)
        self.discriminator.to(device, memory_format=torch.channels_last)
        self.features = FeatureDistance().to(device) if settings.perceptual else None
        self.optimizer_g = torch.optim.Adam(self.generator.parameters(), settings.rate, betas=(0.5, 0.99))
        self.optimizer_d = torch.optim.Adam(
            self.discriminator.parameters(), settings.rate_discriminator, betas=(0.5, 0.99)
        )
        self.bf16 = device != "cpu" or inference_dtype() == torch.bfloat16
        self.ema = Ema(self.generator, 0.998)
        self.step_count = 0
        self.spent = 0.0  # share of the run's minutes that is over
        if settings.compile:
            for net in (self.generator, self.discriminator, self.features):
                if net is not None:
                    net.compile()

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.split(":")[0], torch.bfloat16, enabled=self.bf16)

    def step(self, x: Tensor, truth: Tensor, skin: Tensor, layout: Tensor) -> dict[str, float]:
        """Move the discriminator, then the generator, on one batch (see ``GeneratorBatches``).

        Returns:
            The losses by name.
        """
        s = self.settings
        self._set_rates()
        x = x.contiguous(memory_format=torch.channels_last)
        agnostic, region, garment, alpha = x[:, :3], x[:, 3:4], x[:, 4:7], x[:, 7:8]
        condition = x[:, :CONDITION_CHANNELS]
        leads = bool(s.adversarial) and self.step_count < s.lead
        with torch.set_grad_enabled(not leads), self._autocast():
            rendering, mask, shading, logits, _ = self.generator(x)
        picture = compose(agnostic, region, garment, rendering, mask, shading)
        losses: dict[str, float] = {}
        if s.adversarial:
            real, weights = self._move_discriminator(picture.detach(), truth, condition, losses)
            if leads:
                self.step_count += 1
                return losses
        weight = region + s.skin_weight * skin
        # what lies under the kept garment is never seen, and must not be forced to look like it
        bare = weight * (1 - mask.detach())
        loss = s.l1 * (weighted_l1(picture, truth, weight) + 0.3 * weighted_l1(rendering, truth, bare))
        losses["l1"] = loss.item()
        told = layout_loss(logits, layout, region)
        loss = loss + s.layout * told
        losses["layout"] = told.item()
        kept = ((alpha - mask) * alpha).sum() / alpha.sum().clamp_min(1.0)
        folds = shading.log()
        smooth = (folds.diff(dim=2).abs().mean() + folds.diff(dim=3).abs().mean()) * 0.5
        loss = loss + s.keep_garment * kept + smooth
        losses["kept"] = kept.item()
        if self.features is not None:
            with self._autocast():
                # at half size: a quarter of the cost; what is finer is the discriminator's to judge
                distance = self.features(F.avg_pool2d(picture, 2), F.avg_pool2d(truth, 2)).mean()
            loss = loss + s.perceptual * distance
            losses["perceptual"] = distance.item()
        if s.adversarial:
            self.discriminator.requires_grad_(False)  # it only judges here: half of its work is saved
            with self._autocast():
                fake = self.discriminator(picture, condition)
            self.discriminator.requires_grad_(True)
            adversarial = _mean([generator_loss(f, s.gan, w) for (f, _), w in zip(fake, weights, strict=True)])
            matching = _mean([feature_matching_loss(r, f) for (_, r), (_, f) in zip(real, fake, strict=True)])
            loss = loss + s.adversarial * adversarial + s.matching * matching
            losses["adversarial"], losses["matching"] = adversarial.item(), matching.item()
        self.optimizer_g.zero_grad()
        loss.backward()
        self.team.average_gradients(self.generator.parameters())
        nn.utils.clip_grad_norm_(self.generator.parameters(), 20.0)
        self.optimizer_g.step()
        self.team.average_statistics(self.generator)
        self.team.average_statistics(self.discriminator)
        self.ema.update(self.generator)
        self.step_count += 1
        losses["g"] = loss.item()
        return losses

    def _move_discriminator(
        self, picture: Tensor, truth: Tensor, condition: Tensor, losses: dict[str, float]
    ) -> tuple[list[Judged], list[Tensor]]:
        """One step of the discriminator; what it says of the true pictures, and how much each patch counts."""
        with self._autocast():
            real = self.discriminator(truth, condition)
            fake = self.discriminator(picture, condition)
        region, alpha = condition[:, 3:4], condition[:, 7:8]
        weights = [patch_weight(region * (1 - 0.7 * alpha), logits) for logits, _ in real]
        loss = _mean(
            [
                discriminator_loss(r, f, self.settings.gan, w)
                for (r, _), (f, _), w in zip(real, fake, weights, strict=True)
            ]
        )
        self.optimizer_d.zero_grad()
        loss.backward()
        self.team.average_gradients(self.discriminator.parameters())
        self.optimizer_d.step()
        losses["d"] = loss.item()
        for name, answers in (("d_real", real), ("d_fake", fake)):
            losses[name] = float((torch.sigmoid(answers[0][0].detach()) * weights[0]).sum() / weights[0].sum())
        return real, weights

    def _set_rates(self) -> None:
        s = self.settings
        left = 1 - max(self.step_count / max(1, s.steps), self.spent)
        fall = min(1.0, max(left, 0.03) * 2)
        self.optimizer_g.param_groups[0]["lr"] = s.rate * fall * min(1.0, max(1, self.step_count + 1 - s.lead) / 100)
        self.optimizer_d.param_groups[0]["lr"] = s.rate_discriminator * fall * min(1.0, (self.step_count + 1) / 100)

    def averaged(self) -> Generator:
        """A copy of the generator with averaged weights, on the CPU."""
        net = Generator(self.generator.params)
        net.load_state_dict({k: v.cpu() for k, v in self.ema.state.items()})
        return net.eval()

    def state(self) -> dict[str, Any]:
        """Everything that a resumed run needs."""
        return {
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "optimizer_g": self.optimizer_g.state_dict(),
            "optimizer_d": self.optimizer_d.state_dict(),
            "ema": self.ema.state,
            "ema_count": self.ema.count,
            "step": self.step_count,
        }

    def restore(self, state: dict[str, Any], *, only_networks: bool = False) -> None:
        """Go on from ``state``; with ``only_networks`` a new run starts from its networks."""
        load_into(self.generator, state["generator"], "of the generator")
        self.ema.state = {k: v.to(self.device) for k, v in state["ema"].items()}
        self.ema.count = state["ema_count"]
        if "discriminator" in state:
            self.discriminator.load_state_dict(state["discriminator"])
        if only_networks:
            return
        self.optimizer_g.load_state_dict(state["optimizer_g"])
        self.optimizer_d.load_state_dict(state["optimizer_d"])
        self.step_count = state["step"]


def start_of(path: Path) -> dict[str, Any] | None:
    """The networks that a new run starts from.

    Args:
        path: a run's ``last.pt``, or a generator's released weights, which bring no discriminator.

    Raises:
        WeightsError: the released weights are missing, damaged or of another network.
    """
    if path.suffix != ".safetensors":
        return load_checkpoint(path)
    tensors, _ = read_weights(path)
    return {"generator": tensors, "ema": dict(tensors), "ema_count": EMA_SETTLED}


def _mean(values: list[Tensor]) -> Tensor:
    return torch.stack(values).mean()


def layout_loss(logits: Tensor, layout: Tensor, region: Tensor) -> Tensor:
    """Cross-entropy of what each pixel shows, counted where something is drawn, and a little elsewhere.

    Args:
        logits: (B, 4, H, W). layout: (B, H, W) int64, UNTOLD is left out. region: (B, 1, H, W).
    """
    each = F.cross_entropy(logits, layout, ignore_index=UNTOLD, reduction="none")
    weight = (region[:, 0] + 0.05) * (layout != UNTOLD)
    weight = weight * torch.where(layout == LAYERS.index("skin"), 2.0, 1.0)  # limbs are thin
    return (each * weight).sum() / weight.sum().clamp_min(1.0)


def find_pairs(settings: GeneratorSettings) -> tuple[PairStore | None, float]:
    """The rendered pairs and their share of the examples; none where there are no shards.

    Raises:
        BadRequestError: there are no pairs, and nothing else is to be trained on.
    """
    if not settings.pair_share or settings.smoke:
        return None, 0.0
    if not any(settings.pairs.glob("pairs_*.zip")):
        if not settings.photo_share:
            raise BadRequestError(f"No pairs in {settings.pairs}. Make them: python -m tryon prepare pairs")
        print(f"No pairs in {settings.pairs}: training on photos alone.", flush=True)
        return None, 0.0
    total = settings.pair_share + settings.photo_share * (1 - settings.pair_share)
    return PairStore(settings.pairs, validation=False), settings.pair_share / total


def train_generator(settings: GeneratorSettings) -> dict[str, float]:
    """Train the generator against its discriminator and write the best weights.

    Returns:
        The last validation figures.
    """
    if settings.threads:
        torch.set_num_threads(settings.threads)
    seed_all(settings.seed)
    team, device = gather_team(choose_device(settings.device))
    smoke_run = team.own_folder(settings.run) if settings.smoke else None
    records = find_people(settings.people, settings.data, smoke_run=smoke_run)
    train = [r for r in records if not r.validation]
    held = [r for r in records if r.validation] or train
    size = (settings.height, settings.height * 3 // 4)
    steps, every = (4, 4) if settings.smoke else (settings.steps, settings.every)
    batch = 2 if settings.smoke else settings.batch
    examples = validation_examples(held, held, 4 if settings.smoke else 64, size)
    trainer = GanTrainer(settings, device, team)
    distance = FeatureDistance()
    log, best, spent = RunLog(team.own_folder(settings.run), settings), float("inf"), 0.0
    saved = load_checkpoint(settings.run / "last.pt") if settings.resume and not settings.smoke else None
    if saved:
        trainer.restore(saved)
        best, spent = saved["best"], saved.get("spent", 0.0)
    elif settings.start_from:
        start = start_of(Path(settings.start_from))
        if start is not None:
            trainer.restore(start, only_networks=True)
    team.same_start(trainer.generator, trainer.discriminator)
    pairs, share = find_pairs(settings)
    seed = team.seed(settings.seed + trainer.step_count)
    fresh = max(1, batch // settings.reuse)
    data = GeneratorBatches(train, fresh, size, seed, pairs, share, settings.windows)
    batches = iter(DataLoader(data, batch_size=None, num_workers=0 if settings.smoke else settings.workers))
    kept = ExamplePool(settings.pool if fresh < batch else 0, device, seed)
    pace = Pace(steps, settings.minutes, spent)
    figures: dict[str, float] = {}
    sums: dict[str, list[float]] = {}
    started, since, over = time.monotonic(), 0, False
    while trainer.step_count < steps and not over:
        trainer.spent = pace.progress(0)
        losses = trainer.step(*kept.draw(next(batches), batch))
        check_finite(trainer.step_count, losses)
        for name, value in losses.items():
            sums.setdefault(name, []).append(value)
        since += 1
        over = team.agree(pace.progress(0) >= 1)
        if not team.leads:
            continue
        last = trainer.step_count >= steps or over
        if trainer.step_count % every == 0 or last:
            speed = since * batch * team.size / (time.monotonic() - started)
            net = trainer.averaged()
            figures, sheet = validate(net, examples, distance)
            means = {k: sum(v) / len(v) for k, v in sums.items()}
            log.scalars(trainer.step_count, {**means, **{f"val_{k}": v for k, v in figures.items()}, "pace": speed})
            log.picture(trainer.step_count, "validation", sheet)
            if figures["feature_distance"] < best:
                best = figures["feature_distance"]
                target = settings.run / "smoke.safetensors" if settings.smoke else settings.out
                command = f"python -m tryon train generator --adversarial {settings.adversarial}"
                save_weights(target, net, params=net.params, command=command, figures=figures)
            save_weights(settings.run / "last.safetensors", net, params=net.params, command="", figures=figures)
            save_checkpoint(settings.run / "last.pt", {**trainer.state(), "best": best, "spent": pace.spent()})
            sums, started, since = {}, time.monotonic(), 0
    log.close()
    team.close()
    return figures
