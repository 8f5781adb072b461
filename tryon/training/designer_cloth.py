"""Adversarial training of the cloth generator on swatches of drawn cloth and of photographed garments.

The losses are the hinge ones of Projected GANs (Sauer et al. 2021); the judge sees augmented swatches alone
(DiffAugment, Zhao et al. 2020), and guesses the codes (InfoGAN).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tryon.evaluation.metrics import kernel_distance
from tryon.evaluation.realism import PooledFeatures, features_of
from tryon.models.designer import CLOTHS, ClothGenerator, ClothParams, repeats_of
from tryon.models.designer_judges import ClothJudge
from tryon.models.weights import load_into, read_weights, save_weights
from tryon.training.designer_cloth_start import PATTERNS, Target, pattern_targets, regression_loss, train_dyes
from tryon.training.designer_data import PHOTO, Round, Swatches, read_swatches
from tryon.training.gan_losses import discriminator_loss, generator_loss
from tryon.training.pretrained import lite0_features
from tryon.training.runlog import Clock, Ema, check_finite, load_checkpoint, save_checkpoint

TILE_PX = 128  # pixels of a repeat: 25.6 cm at the swatches' 5 a centimetre
SWATCH = 64
START_STEPS = 2200  # of the regression before the game
PHOTO_SHARE = 0.22  # of a batch; most photographed cloth is plain
LITE0_CHANNELS = (16, 24, 40, 112, 320)  # of EfficientNet-Lite0's maps at strides 2 to 32


def grid(offset: tuple[int, int], size: int = SWATCH) -> Tensor:
    """Points (1, size * size, 2) of a square of the tile whose corner is at offset, in tiles."""
    y, x = torch.meshgrid(torch.arange(size) + offset[1], torch.arange(size) + offset[0], indexing="ij")
    return (torch.stack([x, y], -1).float().reshape(1, -1, 2) + 0.5) / TILE_PX


def draw(net: ClothGenerator, count: int, kind: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Swatches (B, 3, 64, 64) of kinds (B, classes), and the codes they were drawn with."""
    p = net.params
    z = torch.randn(count, p.latent, generator=generator)
    z_colour = torch.randn(count, p.colour_latent, generator=generator)
    codes = torch.rand(count, p.codes, generator=generator) * 2 - 1
    corner = torch.randint(TILE_PX, (2,), generator=generator)
    repeats = [repeats_of(CLOTHS[int(k)], float(a)) for k, a in zip(kind.argmax(1), z[:, 0], strict=True)]
    points = grid((int(corner[0]), int(corner[1]))) * torch.tensor(repeats).view(-1, 1, 1)
    noise = torch.randn(count, SWATCH * SWATCH, 1, generator=generator)
    flat = net(z, z_colour, codes, kind, points, noise)
    return flat.transpose(1, 2).reshape(count, 3, SWATCH, SWATCH), codes


def augment(x: Tensor, generator: torch.Generator) -> Tensor:
    """Brightness, contrast and a shift, the same kind for real and made; differentiable."""
    b = len(x)
    x = x + (torch.rand(b, 1, 1, 1, generator=generator) - 0.5) * 0.3
    mean = x.mean((1, 2, 3), keepdim=True)
    x = (x - mean) * (0.7 + 0.6 * torch.rand(b, 1, 1, 1, generator=generator)) + mean
    dy, dx = (int(v) for v in torch.randint(-6, 7, (2,), generator=generator))
    return torch.roll(F.pad(x, (6, 6, 6, 6), mode="reflect"), (dy, dx), (2, 3))[:, :, 6:-6, 6:-6]


def pick_real(data: Swatches, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Swatches (B, 3, 64, 64) 0..1 and their kinds (B,), kinds of drawn cloth alike; some are mirrored."""
    photo = np.flatnonzero(data.kind == PHOTO)
    drawn = np.flatnonzero(data.kind != PHOTO)
    from_photo = rng.random(count) < (PHOTO_SHARE if len(photo) else 0)
    rows = np.where(from_photo, rng.choice(photo if len(photo) else drawn, count), rng.choice(drawn, count))
    x = torch.from_numpy(data.pictures[rows].astype(np.float32) / 255).permute(0, 3, 1, 2)
    return (x.flip(3) if rng.random() < 0.5 else x), torch.from_numpy(data.kind[rows])


def train_cloth(
    data: Path, run: Path, steps: int, how: Round, batch: int = 8
) -> tuple[ClothGenerator, dict[str, float]]:
    """Train; returns the averaged generator and its figures (kernel distance of swatches by features)."""
    rng = np.random.default_rng(how.seed)
    torch.manual_seed(how.seed)
    generator = torch.Generator().manual_seed(how.seed)
    params = ClothParams()
    found = read_swatches(data, 1 if how.smoke else None)
    net, judge = ClothGenerator(params), ClothJudge(params, lite0_features(), LITE0_CHANNELS)
    print(f"{len(found.kind)} swatches, {int((found.kind == PHOTO).sum())} of photos", flush=True)
    g_opt = torch.optim.Adam(net.parameters(), 7e-4, (0.0, 0.99))
    d_opt = torch.optim.Adam(judge.parameters(), 1e-3, (0.0, 0.99))
    ema, clock, started, first = Ema(net, 0.995), Clock(how.minutes), time.monotonic(), 1
    targets = pattern_targets(params.latent, only=("stripes",) if how.smoke else PATTERNS)
    chance = chances(targets)
    saved = None if how.smoke else load_checkpoint(run / "cloth.pt")
    if saved is not None:
        for name, part in (("net", net), ("judge", judge), ("g_opt", g_opt), ("d_opt", d_opt)):
            part.load_state_dict(saved[name])
        ema.state, ema.count, first = saved["ema"], saved["count"], saved["step"] + 1
    else:
        begun = run / "start.safetensors"
        if begun.is_file() and not how.smoke:
            load_into(net, read_weights(begun)[0], begun.name)
        else:
            start(net, targets, chance, 3 if how.smoke else START_STEPS, how, rng)
        ema = Ema(net, 0.995)
        if not how.smoke and not begun.is_file():
            how.log.picture(0, "start", sheet(net, how.seed))
            save_weights(begun, net, params=params, command="python -m tryon train designer")
    eye = torch.eye(params.classes)
    every = max(1, min(200, steps // 8))
    figures: dict[str, float] = {}
    total = np.zeros(3)
    for step in range(first, steps + 1):
        real, kind = pick_real(found, batch, rng)
        label = eye[kind]
        with torch.no_grad():
            made, _ = draw(net, batch, label, generator)
        on_real, _ = judge(augment(real, generator), label)
        on_made, _ = judge(augment(made, generator), label)
        d_loss = discriminator_loss(on_real, on_made, "hinge")
        d_loss.backward()
        d_opt.step()
        d_opt.zero_grad()
        made, codes = draw(net, batch, label, generator)
        on_made, guessed = judge(augment(made, generator), label)
        adversarial, mutual = generator_loss(on_made, "hinge"), F.mse_loss(guessed, codes)
        kept = regression_loss(net, targets, rng.choice(len(targets), 6, p=chance), rng)  # what it knew already
        (adversarial + 0.5 * mutual + 4.0 * kept).backward()
        g_opt.step()
        g_opt.zero_grad()
        # Q learns with the generator and belongs to the judge: only its own layers keep this step's slope
        for name, weight in judge.named_parameters():
            if not name.startswith("codes"):
                weight.grad = None
        d_opt.step()
        d_opt.zero_grad()
        ema.update(net)
        total += [d_loss.item(), adversarial.item(), mutual.item()]
        if step % every == 0 or step == steps or clock.over():
            average = averaged(params, ema)
            check_finite(step, {"d": total[0], "g": total[1]})
            figures = dict(zip(("d", "g", "codes"), (total / every).tolist(), strict=True))
            total[:] = 0
            how.log.picture(step, "cloth", sheet(average, how.seed))
            if step % (every * 4) == 0 or step == steps or clock.over():
                figures["kernel"] = judge_swatches(average, found, how.seed, 16 if how.smoke else 400)
            how.log.scalars(step, figures | {"seconds": time.monotonic() - started})
            if not how.smoke:
                state: dict[str, Any] = {
                    "net": net.state_dict(), "judge": judge.state_dict(), "g_opt": g_opt.state_dict(),
                    "d_opt": d_opt.state_dict(), "ema": ema.state, "count": ema.count, "step": step,
                }  # fmt: skip
                save_checkpoint(run / "cloth.pt", state)
        if clock.over():
            break
    return averaged(params, ema), figures


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
def sheet(net: ClothGenerator, seed: int, columns: int = 12) -> np.ndarray:
    """Swatches of every kind, a row each: (11 * 64, columns * 64, 3) uint8."""
    rows = []
    for n in range(len(CLOTHS)):
        generator = torch.Generator().manual_seed(seed)
        x, _ = draw(net, columns, torch.eye(len(CLOTHS))[[n] * columns], generator)
        rows.append(np.hstack(list((x * 255).round().byte().permute(0, 2, 3, 1).numpy())))
    return np.vstack(rows)


@torch.no_grad()
def judge_swatches(net: ClothGenerator, data: Swatches, seed: int, count: int) -> float:
    """Kernel distance in EfficientNet-Lite0's features between real and made swatches, kinds as in training."""
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    real, kind = pick_real(data, count, rng)
    made, _ = draw(net, count, torch.eye(len(CLOTHS))[kind], generator)
    as_u8 = lambda x: list((x * 255).round().byte().permute(0, 2, 3, 1).numpy())  # noqa: E731
    features = PooledFeatures()
    return kernel_distance(features_of(as_u8(real), features), features_of(as_u8(made), features))
