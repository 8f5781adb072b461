"""Adversarial training of the cloth generator on swatches of drawn cloth and of photographed garments.

L_D = -E[log D(x)] - E[log(1 - D(G))] + R1 (Mescheder et al. 2018), over small and large patches; L_G = -E[log D(G)] and
what holds the codes (InfoGAN, Chen et al. 2016): how strongly a photographed pattern stands out is measured, the others
are told back by a Q. The judge sees augmented swatches alone (DiffAugment, Zhao et al. 2020).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tryon.evaluation.metrics import kernel_distance
from tryon.evaluation.realism import PooledFeatures, features_of
from tryon.models.designer import CLOTHS, ClothGenerator, ClothParams
from tryon.models.designer_judges import ClothJudge
from tryon.models.precision import inference_dtype
from tryon.models.weights import load_into, read_weights, save_weights
from tryon.training.designer_cloth_start import PATTERNS, Target, pattern_targets, regression_loss, train_dyes
from tryon.training.designer_data import PHOTO, Round, read_swatches
from tryon.training.designer_swatches import NoiseStore, RealCloth, augment, draw
from tryon.training.gan_losses import discriminator_loss, generator_loss
from tryon.training.runlog import Clock, Ema, check_finite, load_checkpoint, save_checkpoint

START_STEPS = 2200  # of the regression before the game
R1, R1_EVERY = 2.0, 4  # weight on patches' means, and how many updates share one penalty (Karras et al. 2020, sec. 3.1)
RATE = 1.5e-3
KEPT = 3  # drawn targets an update: what the generator knew already


@dataclass
class Game:
    """Both players of one run, and what they play on."""

    net: ClothGenerator
    judge: ClothJudge
    cloth: RealCloth
    store: NoiseStore
    targets: list[Target]
    generator: torch.Generator
    rng: np.random.Generator

    def __post_init__(self) -> None:
        self.g_opt = torch.optim.Adam(self.net.parameters(), RATE, (0.0, 0.99))
        self.d_opt = torch.optim.Adam(self.judge.parameters(), RATE, (0.0, 0.99))
        self.ema = Ema(self.net, 0.998)
        self._eye, self._chance = torch.eye(self.net.params.classes), chances(self.targets)
        self._half = inference_dtype() == torch.bfloat16

    def update(self, step: int, batch: int) -> list[float]:
        """One update of either player; the judge's loss, the generator's, and the errors of both sorts of codes."""
        autocast = lambda: torch.autocast("cpu", torch.bfloat16, enabled=self._half)  # noqa: E731
        real, kind = self.cloth.pick(batch, self.rng)
        label = self._eye[kind]
        with autocast():
            made, codes = draw(self.net, label, self.store, self.generator)
            on_real, _ = self.judge(augment(real, self.generator), label)
            on_made, _ = self.judge(augment(made.detach(), self.generator), label)
        d_loss = sum_of(discriminator_loss(r.float(), m.float()) for r, m in zip(on_real, on_made, strict=True))
        d_loss.backward()
        if step % R1_EVERY == 0:
            self._slope_penalty(real, label)
        self.d_opt.step()
        self.d_opt.zero_grad()
        with autocast():
            on_made, guessed = self.judge(augment(made, self.generator), label)
        adversarial = sum_of(generator_loss(m.float()) for m in on_made)
        photo = kind == PHOTO
        mutual = F.mse_loss(guessed[:, 1:].float(), codes[:, 1:])
        strength = made.new_zeros(())
        if photo.any():
            strength = (self.cloth.strength_code(made[photo]) - codes[photo, 0]).square().clamp(max=4.0).mean()
        with autocast():
            rows = self.rng.choice(len(self.targets), KEPT, p=self._chance)
            kept = regression_loss(self.net, self.targets, rows, self.rng, 48)
        (adversarial + 0.3 * mutual + 0.5 * strength + 4.0 * kept).backward()
        self.g_opt.step()
        self.g_opt.zero_grad()
        # Q learns with the generator and belongs to the judge: only its own layers keep this step's slope
        for name, weight in self.judge.named_parameters():
            if not name.startswith("codes"):
                weight.grad = None
        self.d_opt.step()
        self.d_opt.zero_grad()
        self.ema.update(self.net)
        return [d_loss.item(), adversarial.item(), mutual.item(), strength.item(), kept.item()]

    def _slope_penalty(self, real: Tensor, label: Tensor) -> None:
        """R1 on a quarter of the real swatches, for all the updates that share it."""
        some = max(1, len(real) // 2)
        seen = augment(real[:some], self.generator).requires_grad_(True)
        logits, _ = self.judge(seen, label[:some])
        (slope,) = torch.autograd.grad(sum_of(x.mean((1, 2, 3)).sum() for x in logits), seen, create_graph=True)
        (R1_EVERY * R1 / 2 * slope.square().sum((1, 2, 3)).mean()).backward()

    def state(self, step: int) -> dict[str, Any]:
        """All that a run needs to go on."""
        return {
            "net": self.net.state_dict(), "judge": self.judge.state_dict(), "g_opt": self.g_opt.state_dict(),
            "d_opt": self.d_opt.state_dict(), "ema": self.ema.state, "count": self.ema.count, "step": step,
        }  # fmt: skip

    def resume(self, saved: dict[str, Any]) -> int:
        """Go on from ``state``; returns the next step."""
        for name in ("net", "judge", "g_opt", "d_opt"):
            getattr(self, name).load_state_dict(saved[name])
        self.ema.state, self.ema.count = saved["ema"], saved["count"]
        return int(saved["step"]) + 1


def sum_of(values: Iterable[Tensor]) -> Tensor:
    """The sum of scalars."""
    return torch.stack(list(values)).sum()


def train_cloth(
    data: Path, run: Path, steps: int, how: Round, batch: int = 16
) -> tuple[ClothGenerator, dict[str, float]]:
    """Train; returns the averaged generator and its figures (kernel distance of swatches by features)."""
    rng = np.random.default_rng(how.seed)
    torch.manual_seed(how.seed)
    generator = torch.Generator().manual_seed(how.seed)
    params = ClothParams()
    cloth = RealCloth(read_swatches(data, 1 if how.smoke else None))
    net = ClothGenerator(params)
    print(f"{len(cloth.data.kind)} swatches, {int((cloth.data.kind == PHOTO).sum())} of photos", flush=True)
    targets = pattern_targets(params.latent, only=("stripes",) if how.smoke else PATTERNS)
    saved = None if how.smoke else load_checkpoint(run / "cloth.pt")
    if saved is None:
        begin(net, targets, run, how, rng)
    store = NoiseStore(generator, 2 if how.smoke else 40)
    game = Game(net, ClothJudge(params), cloth, store, targets, generator, rng)
    first = 1 if saved is None else game.resume(saved)
    clock, started = Clock(how.minutes), time.monotonic()
    every = max(1, min(200, steps // 8))
    figures: dict[str, float] = {}
    rows: list[list[float]] = []
    for step in range(first, steps + 1):
        rows.append(game.update(step, 4 if how.smoke else batch))
        if step % every == 0 or step == steps or clock.over():
            names = ("d", "g", "codes", "strength", "kept")
            figures = dict(zip(names, np.mean(rows, 0).tolist(), strict=True))
            rows = []
            check_finite(step, figures)
            average = averaged(params, game.ema)
            how.log.picture(step, "cloth", sheet(average, store, how.seed))
            if step % (every * 4) == 0 or step == steps or clock.over():
                figures |= judge_swatches(average, cloth, store, how.seed, 16 if how.smoke else 400)
            how.log.scalars(step, figures | {"seconds": time.monotonic() - started})
            if not how.smoke:
                save_checkpoint(run / "cloth.pt", game.state(step))
        if clock.over():
            break
    return averaged(params, game.ema), figures


def begin(net: ClothGenerator, targets: list[Target], run: Path, how: Round, rng: np.random.Generator) -> None:
    """Give the generator its start: that of an earlier run in this folder, or a new one."""
    begun = run / "start.safetensors"
    if begun.is_file() and not how.smoke:
        load_into(net, read_weights(begun)[0], begun.name)
        return
    start(net, targets, chances(targets), 3 if how.smoke else START_STEPS, how, rng)
    if not how.smoke:
        save_weights(begun, net, params=net.params, command="python -m tryon train designer")


def chances(targets: list[Target]) -> np.ndarray:
    """How often each target is shown: kinds alike, plain ones, which are soon learned, less."""
    kinds = np.array([t.kind for t in targets])
    weight = np.array([1.0 / (kinds == k).sum() for k in kinds])
    for name in ("plain", "melange"):
        weight[kinds == CLOTHS.index(name)] *= 0.3
    return np.asarray(weight / weight.sum())


def start(
    net: ClothGenerator, targets: list[Target], chance: np.ndarray, steps: int, how: Round, rng: np.random.Generator
) -> None:
    """Teach the generator the drawn patterns and the wardrobes' colours; see ``designer_cloth_start``."""
    optimizer = torch.optim.Adam([p for n, p in net.named_parameters() if not n.startswith("dyes")], 4e-3, (0.9, 0.99))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps + 1, pct_start=0.1)
    clock, total, every = Clock(how.minutes), 0.0, max(1, steps // 10)
    for step in range(1, steps + 1):
        rows = rng.choice(len(targets), 8, p=chance)
        loss = regression_loss(net, targets, rows, rng)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        total += loss.item()
        if step % every == 0:
            print(f"start {step}  shares {total / every:.4f}", flush=True)
            total = 0.0
        if clock.over():
            break
    print(f"dyes {train_dyes(net, 20 if how.smoke else 3000, how.seed):.3f}", flush=True)


def averaged(params: ClothParams, ema: Ema) -> ClothGenerator:
    """A generator with the averaged weights."""
    net = ClothGenerator(params)
    net.load_state_dict(ema.state)
    return net.eval()


@torch.no_grad()
def sheet(net: ClothGenerator, store: NoiseStore, seed: int, columns: int = 12) -> np.ndarray:
    """Swatches of every kind, a row each, three rows of "photo": (13 * 64, columns * 64, 3) uint8."""
    rows = []
    for row, n in enumerate([*range(len(CLOTHS)), PHOTO, PHOTO]):
        generator = torch.Generator().manual_seed(seed + row)
        x, _ = draw(net, torch.eye(len(CLOTHS))[[n] * columns], store, generator)
        rows.append(np.hstack(list((x * 255).round().byte().permute(0, 2, 3, 1).numpy())))
    return np.vstack(rows)


@torch.no_grad()
def judge_swatches(net: ClothGenerator, cloth: RealCloth, store: NoiseStore, seed: int, count: int) -> dict[str, float]:
    """Kernel distance in EfficientNet-Lite0's features between real and made swatches: of all kinds as in training, and
    of photographed cloth alone."""
    features, found = PooledFeatures(), {}
    as_u8 = lambda x: list((x * 255).round().byte().permute(0, 2, 3, 1).numpy())  # noqa: E731
    for name, share in (("kernel", 0.6), ("kernel_photo", 1.0)):
        rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
        real, kind = cloth.pick(count, rng, share)
        made = torch.cat([
            draw(net, torch.eye(len(CLOTHS))[part], store, generator)[0] for part in kind.split(16)
        ])  # fmt: skip
        found[name] = kernel_distance(features_of(as_u8(real), features), features_of(as_u8(made), features))
    return found
