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

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader

from tryon.errors import BadRequestError
from tryon.evaluation.metrics import FeatureDistance, psnr, ssim
from tryon.models.discriminator import PatchDiscriminator
from tryon.models.generator import LAYERS, Generator, GeneratorParams, compose
from tryon.models.precision import inference_dtype
from tryon.models.weights import save_weights
from tryon.settings import open_data_dir, setting
from tryon.training.gan_losses import (
    GanKind,
    discriminator_loss,
    feature_matching_loss,
    generator_loss,
    patch_weight,
    weighted_l1,
)
from tryon.training.generator_batches import GeneratorBatches
from tryon.training.generator_data import UNTOLD, make_example, stack_examples, worn_categories
from tryon.training.pairs import PairStore
from tryon.training.people_data import PersonRecord, find_people
from tryon.training.runlog import (
    Clock,
    Ema,
    RunLog,
    check_finite,
    choose_device,
    load_checkpoint,
    save_checkpoint,
    seed_all,
)
from tryon.training.several import Team, gather_team

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
    start_from: str = setting("", "checkpoint (last.pt) of another run whose two networks to start from")
    height: int = setting(256, "pixels; the width is three quarters of it")
    windows: float = setting(0.0, "share of the examples that are windows of frames of twice that height")
    steps: int = setting(6000, "updates of both nets in all")
    batch: int = setting(6, "pictures an update")
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
        self.discriminator = PatchDiscriminator(CONDITION_CHANNELS).to(device, memory_format=torch.channels_last)
        self.features = FeatureDistance().to(device) if settings.perceptual else None
        self.optimizer_g = torch.optim.Adam(self.generator.parameters(), settings.rate, betas=(0.5, 0.99))
        self.optimizer_d = torch.optim.Adam(
            self.discriminator.parameters(), settings.rate_discriminator, betas=(0.5, 0.99)
        )
        self.bf16 = device != "cpu" or inference_dtype() == torch.bfloat16
        self.ema = Ema(self.generator, 0.998)
        self.step_count = 0

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
        with self._autocast():
            rendering, mask, shading, logits, _ = self.generator(x)
        picture = compose(agnostic, region, garment, rendering, mask, shading)
        losses: dict[str, float] = {}
        if s.adversarial:
            with self._autocast():
                real, real_features = self.discriminator(truth, condition)
                fake, _ = self.discriminator(picture.detach(), condition)
            weight_d = patch_weight(region * (1 - 0.7 * alpha), real)
            loss_d = discriminator_loss(real.float(), fake.float(), s.gan, weight_d)
            self.optimizer_d.zero_grad()
            loss_d.backward()
            self.team.average_gradients(self.discriminator.parameters())
            self.optimizer_d.step()
            losses["d"] = loss_d.item()
            losses["d_real"] = ((torch.sigmoid(real.float()) * weight_d).sum() / weight_d.sum()).item()
            losses["d_fake"] = ((torch.sigmoid(fake.float()) * weight_d).sum() / weight_d.sum()).item()
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
            with self._autocast():
                fake, fake_features = self.discriminator(picture, condition)
            adversarial = generator_loss(fake.float(), s.gan, weight_d)
            matching = feature_matching_loss([f.float() for f in real_features], [f.float() for f in fake_features])
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

    def _set_rates(self) -> None:
        s = self.settings
        left = (s.steps - self.step_count) / max(1, s.steps)
        factor = min(1.0, (self.step_count + 1) / 100) * min(1.0, max(left, 0.03) * 2)
        self.optimizer_g.param_groups[0]["lr"] = s.rate * factor
        self.optimizer_d.param_groups[0]["lr"] = s.rate_discriminator * factor

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
        self.generator.load_state_dict(state["generator"])
        self.ema.state = {k: v.to(self.device) for k, v in state["ema"].items()}
        self.ema.count = state["ema_count"]
        if "discriminator" in state:
            self.discriminator.load_state_dict(state["discriminator"])
        if only_networks:
            return
        self.optimizer_g.load_state_dict(state["optimizer_g"])
        self.optimizer_d.load_state_dict(state["optimizer_d"])
        self.step_count = state["step"]


def layout_loss(logits: Tensor, layout: Tensor, region: Tensor) -> Tensor:
    """Cross-entropy of what each pixel shows, counted where something is drawn, and a little elsewhere.

    Args:
        logits: (B, 4, H, W). layout: (B, H, W) int64, UNTOLD is left out. region: (B, 1, H, W).
    """
    each = F.cross_entropy(logits, layout, ignore_index=UNTOLD, reduction="none")
    weight = (region[:, 0] + 0.05) * (layout != UNTOLD)
    weight = weight * torch.where(layout == LAYERS.index("skin"), 2.0, 1.0)  # limbs are thin
    return (each * weight).sum() / weight.sum().clamp_min(1.0)


@torch.no_grad()
def validate(
    net: Generator, examples: tuple[Tensor, Tensor, Tensor, Tensor], distance: FeatureDistance, *, rows: int = 10
) -> tuple[dict[str, float], np.ndarray]:
    """Figures on fixed validation examples, and a sheet (agnostic, garment, rendering, result, truth).

    Returns:
        l1, psnr, ssim, layout accuracy (edit region) and feature_distance (whole picture); (H, W, 3) uint8 sheet.
    """
    x, truth, _, layout = examples
    results, renderings, distances, right = [], [], [], []
    for i in range(0, len(x), 4):
        part = x[i : i + 4].contiguous(memory_format=torch.channels_last)
        rendering, mask, shading, logits, _ = net(part)
        picture = compose(part[:, :3], part[:, 3:4], part[:, 4:7], rendering, mask, shading)
        distances.append(distance(picture, truth[i : i + 4]))
        told = (part[:, 3] > 0.5) & (layout[i : i + 4] != UNTOLD)
        right.append((logits.argmax(1) == layout[i : i + 4])[told].float().mean())
        results.append(picture)
        renderings.append(rendering)
    picture, rendering = torch.cat(results), torch.cat(renderings)
    figures = picture_figures(picture, truth, x[:, 3:4])
    figures["feature_distance"] = float(torch.cat(distances).mean())
    figures["layout_accuracy"] = float(torch.stack(right).nanmean())
    columns = [x[:, :3], x[:, 4:7], rendering, picture, truth]
    strips = [torch.cat([c[i] for c in columns], 2).permute(1, 2, 0).numpy() for i in range(min(rows, len(x)))]
    pairs = [np.concatenate(strips[i : i + 2], 1) for i in range(0, len(strips) - 1, 2)] or strips
    return figures, (np.concatenate(pairs, 0) * 255).round().astype(np.uint8)


def picture_figures(picture: Tensor, truth: Tensor, region: Tensor) -> dict[str, float]:
    """Mean l1, psnr and ssim over the edit region: (B, 3, H, W) 0..1 twice, (B, 1, H, W)."""
    values = []
    for a, b, m in zip(picture, truth, region, strict=True):
        pa, pb, mask = a.permute(1, 2, 0).numpy(), b.permute(1, 2, 0).numpy(), m[0].numpy() > 0.5
        if mask.any():
            values.append((float(np.abs(pa - pb)[mask].mean()), psnr(pa, pb, mask), ssim(pa, pb, mask)))
    mean = np.mean(values, axis=0)
    return {"l1": float(mean[0]), "psnr": float(mean[1]), "ssim": float(mean[2])}


def validation_examples(
    held: list[PersonRecord], others: list[PersonRecord], count: int, size: tuple[int, int]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The same ``count`` examples for every run: the photos in order, all randomness from one seed."""
    rng = np.random.default_rng(2024)
    held = [r for r in held if worn_categories(r)]
    return stack_examples([make_example(held[i % len(held)], others, rng, *size) for i in range(count)])


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
    log, clock, best = RunLog(team.own_folder(settings.run), settings), Clock(settings.minutes), float("inf")
    saved = load_checkpoint(settings.run / "last.pt") if settings.resume and not settings.smoke else None
    if saved:
        trainer.restore(saved)
        best = saved["best"]
    elif settings.start_from:
        start = load_checkpoint(Path(settings.start_from))
        if start is not None:
            trainer.restore(start, only_networks=True)
    team.same_start(trainer.generator, trainer.discriminator)
    pairs, share = find_pairs(settings)
    seed = team.seed(settings.seed + trainer.step_count)
    data = GeneratorBatches(train, batch, size, seed, pairs, share, settings.windows)
    batches = iter(DataLoader(data, batch_size=None, num_workers=0 if settings.smoke else settings.workers))
    figures: dict[str, float] = {}
    sums: dict[str, float] = {}
    started, since, over = time.monotonic(), 0, False
    while trainer.step_count < steps and not over:
        losses = trainer.step(*(t.to(device) for t in next(batches)))
        check_finite(trainer.step_count, losses)
        sums = {k: sums.get(k, 0.0) + v for k, v in losses.items()}
        since += 1
        over = team.agree(clock.over())
        if not team.leads:
            continue
        last = trainer.step_count >= steps or over
        if trainer.step_count % every == 0 or last:
            pace = since * batch * team.size / (time.monotonic() - started)
            net = trainer.averaged()
            figures, sheet = validate(net, examples, distance)
            means = {k: v / since for k, v in sums.items()}
            log.scalars(trainer.step_count, {**means, **{f"val_{k}": v for k, v in figures.items()}, "pace": pace})
            log.picture(trainer.step_count, "validation", sheet)
            if figures["feature_distance"] < best:
                best = figures["feature_distance"]
                target = settings.run / "smoke.safetensors" if settings.smoke else settings.out
                command = f"python -m tryon train generator --adversarial {settings.adversarial}"
                save_weights(target, net, params=net.params, command=command, figures=figures)
            save_weights(settings.run / "last.safetensors", net, params=net.params, command="", figures=figures)
            save_checkpoint(settings.run / "last.pt", {**trainer.state(), "best": best})
            sums, started, since = {}, time.monotonic(), 0
    log.close()
    team.close()
    return figures
