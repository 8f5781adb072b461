"""Training of the network that lays garments out: pix2pix on drawn garments' layers, folds left to chance."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.transforms.functional import gaussian_blur

from tryon.models.design_details import DETAILS, LABEL_NAMES
from tryon.models.designer import DrapeGenerator, DrapeParams
from tryon.models.discriminator import PatchDiscriminator
from tryon.training.designer_data import Round, read_layers
from tryon.training.gan_losses import discriminator_loss, feature_matching_loss, generator_loss
from tryon.training.runlog import Clock, Ema, RunLog, check_finite, load_checkpoint, save_checkpoint

CONDITION = slice(0, 8)  # the fields that the judge sees beside the picture
WEIGHTS = (6.0, 1.0, 1.0, 2.0)  # of light, inside, ribs, hardware: buttons are few pixels
LIGHT_MIDDLE = 0.44  # mean light of drawn garments, as a share of the records' range
ALONE = 0.5  # share of the training before the judge joins: layers have one answer, only folds are judged


def drape_loss(out: Tensor, layers: Tensor, whole: Tensor) -> Tensor:
    """Loss of layers (B, 4, H, W) inside the silhouette (B, 1, H, W): L1 of the light, which counts mostly blurred, and
    cross-entropy of the others (with L1 they stayed empty: their gradient goes where the answer is nearly 0).

    Where folds lie is chance: fine light is the judge's business.
    """
    area = whole.sum().clamp_min(1)
    apart = (out - layers).abs() * whole
    soft = (
        gaussian_blur(out[:, :1] * whole, [13, 13], 3.0) - gaussian_blur(layers[:, :1] * whole, [13, 13], 3.0)
    ).abs()
    light = 0.25 * apart[:, 0].sum() + 0.75 * soft.sum()
    total = WEIGHTS[0] * light
    for i in (1, 2, 3):
        entropy = F.binary_cross_entropy(out[:, i].clamp(1e-4, 1 - 1e-4), layers[:, i], reduction="none")
        total = total + WEIGHTS[i] * (entropy * whole[:, 0]).sum()
    return total / area


def train_drape(
    data: Path, run: Path, steps: int, how: Round, batch: int = 2
) -> tuple[DrapeGenerator, dict[str, float]]:
    """Train; returns the averaged generator and its validation figures (mean L1 of each layer in the silhouette)."""
    rng = np.random.default_rng(how.seed)
    torch.manual_seed(how.seed)
    params = DrapeParams(details=len(DETAILS), labels=len(LABEL_NAMES))
    found = read_layers(data, 1 if how.smoke else None, 12 if how.smoke else 0)
    held = np.arange(len(found.label)) % 20 == 0
    train, judged = np.flatnonzero(~held), np.flatnonzero(held)
    print(f"{len(train)} garments to learn from, {len(judged)} to judge by", flush=True)
    net, judge = DrapeGenerator(params), PatchDiscriminator(8, 32)
    g_opt = torch.optim.Adam(net.parameters(), 1e-3, (0.5, 0.99))
    d_opt = torch.optim.Adam(judge.parameters(), 4e-4, (0.5, 0.99))
    ema, clock, started, first = Ema(net, 0.995), Clock(how.minutes), time.monotonic(), 1
    saved = None if how.smoke else load_checkpoint(run / "drape.pt")
    if saved is not None:
        for name, part in (("net", net), ("judge", judge), ("g_opt", g_opt), ("d_opt", d_opt)):
            part.load_state_dict(saved[name])
        ema.state, ema.count, first = saved["ema"], saved["count"], saved["step"] + 1
    every = max(1, min(200, steps // 4))
    figures: dict[str, float] = {}
    total = np.zeros(3)
    for step in range(first, steps + 1):
        rate = min(1.0, 2.0 * (1 - step / (steps + 1)))  # even, then falling
        g_opt.param_groups[0]["lr"] = 1e-3 * rate
        fields, layers, details, label = found.batch(rng.choice(train, batch), "cpu")
        if rng.random() < 0.5 and not _one_sided(details):
            fields, layers = mirrored(fields), layers.flip(3)
        whole, condition = fields[:, :1], fields[:, CONDITION]
        out = net(fields, details, label, torch.randn(batch, params.latent))
        real, made = (shown_to_judge(x, whole) for x in (layers, out))
        pixel = drape_loss(out, layers, whole)
        if step > ALONE * steps or how.smoke:
            on_real, real_features = judge(real, condition)
            on_made, _ = judge(made.detach(), condition)
            d_loss = discriminator_loss(on_real, on_made, "lsgan")
            d_loss.backward()
            d_opt.step()
            d_opt.zero_grad()
            on_made, made_features = judge(made, condition)
            adversarial = generator_loss(on_made, "lsgan")
            matching = feature_matching_loss([f.detach() for f in real_features], made_features)
            (pixel + 0.4 * adversarial + 1.0 * matching).backward()
            d_opt.zero_grad()
            total[:2] += [d_loss.item(), adversarial.item()]
        else:
            pixel.backward()
        total[2] += pixel.item()
        g_opt.step()
        g_opt.zero_grad()
        ema.update(net)
        if step % every == 0 or step == steps or clock.over():
            average = DrapeGenerator(params)
            average.load_state_dict(ema.state)
            check_finite(step, {"d": total[0], "g": total[1]})
            figures = dict(zip(("d", "g", "pixel"), (total / every).tolist(), strict=True))
            figures |= drape_figures(average.eval(), found, judged[:24], how.log, step)
            total[:] = 0
            how.log.scalars(step, figures | {"seconds": time.monotonic() - started})
            if not how.smoke:
                state: dict[str, Any] = {
                    "net": net.state_dict(), "judge": judge.state_dict(), "g_opt": g_opt.state_dict(),
                    "d_opt": d_opt.state_dict(), "ema": ema.state, "count": ema.count, "step": step,
                }  # fmt: skip
                save_checkpoint(run / "drape.pt", state)
        if clock.over():
            break
    average = DrapeGenerator(params)
    average.load_state_dict(ema.state)
    return average.eval(), figures


def shown_to_judge(layers: Tensor, whole: Tensor) -> Tensor:
    """Light, inside and ribs (B, 3, H, W) of layers (B, 4, H, W), the light with six times its contrast.

    Folds change it by a tenth; as it is, the judge looked at everything else and never missed them.
    """
    light = (layers[:, :1] - LIGHT_MIDDLE) * 6 + 0.5
    return torch.cat([light, layers[:, 1:3]], 1) * whole


def mirrored(fields: Tensor) -> Tensor:
    """Fields (B, C, H, W) of the mirrored garment."""
    out = fields.flip(3)
    out[:, 3] = -out[:, 3]
    out[:, [8, 9]] = out[:, [9, 8]]
    return out


def _one_sided(details: Tensor) -> bool:
    """Whether a garment of the batch buttons or has its pocket on one side."""
    names = ("placket", "chest_pocket", "finish_blazer", "finish_coat", "finish_cardigan", "finish_denim", "jeans")
    return bool((details[:, [DETAILS.index(n) for n in names]] > 0).any())


@torch.no_grad()
def drape_figures(net: DrapeGenerator, found: Any, rows: np.ndarray, log: RunLog, step: int) -> dict[str, float]:
    """Mean L1 of the layers in the silhouette on held-out garments; logs a sheet of drawn over made."""
    sums, tiles = np.zeros(4), []
    for start in range(0, len(rows), 8):
        fields, layers, details, label = found.batch(rows[start : start + 8], "cpu")
        z = torch.randn(len(fields), net.params.latent, generator=torch.Generator().manual_seed(step))
        out = net(fields, details, label, z)
        whole = fields[:, :1]
        sums += [float(((out - layers).abs() * whole)[:, i].sum() / whole.sum()) * len(fields) for i in range(4)]
        for real, made, w in zip(layers, out, whole, strict=True):
            tiles.append(torch.cat([_shown(real, w), _shown(made, w)], 1))
    log.picture(step, "drape", np.hstack([(t * 255).byte().permute(1, 2, 0).numpy() for t in tiles[:12]]))
    return dict(zip(("light", "inside", "rib", "hardware"), (sums / max(1, len(rows))).tolist(), strict=True))


def _shown(layers: Tensor, whole: Tensor) -> Tensor:
    """Layers (4, H, W) as a picture: light, inside bluer, ribs greener, hardware redder."""
    tint = torch.stack([layers[3] - layers[1] * 0.3, layers[2] * 0.3 - layers[1] * 0.2, layers[1] * 0.2])
    return F.interpolate(((layers[:1] + tint).clamp(0, 1) * whole + 1 - whole)[None], scale_factor=0.5, mode="area")[0]
