"""Training of the warp network on exact pairs.

Losses of each look: distance of the flow from the exact one, cross-entropy of what each pixel shows, difference of
the garment's colours as warped from those as warped exactly, and second-order smoothness of the displacement.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader

from tryon.models.precision import inference_dtype
from tryon.models.warper import Warper, WarperParams, displaced
from tryon.models.weights import save_weights
from tryon.settings import setting
from tryon.training.pairs import PairStore, WarpBatch, WarpBatches, stack_warp, warp_example
from tryon.training.prepare_pairs import FRAME
from tryon.training.runlog import (
    Clock,
    Ema,
    RunLog,
    check_finite,
    choose_device,
    resume_run,
    save_run,
    seed_all,
)

COMMAND = "python -m tryon train warper"


@dataclass(frozen=True)
class WarperSettings:
    """What one run of the warp network's training is made of."""

    pairs: Path = setting(Path("data/pairs"), "folder of the pairs (python -m tryon prepare pairs)")
    run: Path = setting(Path("runs/warper"), "folder for logs and checkpoints")
    out: Path = setting(Path("weights/warper.safetensors"), "where the best weights go")
    steps: int = setting(4000, "updates in all")
    batch: int = setting(8, "pairs an update")
    rate: float = setting(8e-4, "peak learning rate of the one-cycle schedule")
    flow: float = setting(30.0, "weight of the flow's distance, in shares of the frame's width")
    show: float = setting(1.0, "weight of what each pixel shows")
    colour: float = setting(1.0, "weight of the difference in colour")
    smooth: float = setting(40.0, "weight of second-order smoothness")
    held: int = setting(240, "validation pairs that are measured")
    seed: int = setting(1, "seed of everything random")
    minutes: float = setting(0.0, "stop cleanly after so many minutes; 0: when done")
    every: int = setting(250, "updates between validations")
    threads: int = setting(0, "CPU threads; 0: all")
    workers: int = setting(1, "loader processes")
    resume: bool = setting(True, "go on from the last checkpoint")
    smoke: bool = setting(False, "a run of seconds on a few pairs")
    device: str = setting("auto", "cpu, cuda or auto")


def field_displacement(moved: Tensor, field: Tensor) -> Tensor:
    """Of each pixel its own field's displacement.

    Args:
        moved: (B, 3, 2, h, w). field: (B, H, W) int64, -1 counts as 0.

    Returns:
        (B, 2, H, W).
    """
    b, k = moved.shape[:2]
    fine = F.interpolate(moved.flatten(1, 2), size=field.shape[1:], mode="bilinear", align_corners=False)
    fine = fine.view(b, k, 2, *field.shape[1:])
    index = field.clamp_min(0)[:, None, None].expand(b, 1, 2, *field.shape[1:])
    return fine.gather(1, index)[:, 0]


def predicted_source(moved: Tensor, batch: WarpBatch) -> Tensor:
    """(B, 2, H, W): where in the garment each pixel is looked up, by its exact field; FRAME widths."""
    fields = []
    for k in range(moved.shape[1]):
        fine = F.interpolate(moved[:, k], size=batch.field.shape[1:], mode="bilinear", align_corners=False)
        fields.append(displaced(batch.flow[:, k], fine))
    index = batch.field.clamp_min(0)[:, None, None].expand(-1, 1, 2, -1, -1)
    return torch.stack(fields, 1).gather(1, index)[:, 0]


def sample_garment(picture: Tensor, source: Tensor) -> Tensor:
    """Look garment pictures (B, C, H, W) up at sources (B, 2, h, w) in FRAME widths."""
    x = 2 * source[:, 0] + 1 / FRAME[1] - 1
    y = (2 * source[:, 1] * FRAME[1] + 1) / FRAME[0] - 1
    return F.grid_sample(picture, torch.stack([x, y], -1), align_corners=False, padding_mode="border")


def shown_share(batch: WarpBatch, size: tuple[int, int]) -> Tensor:
    """(B, 4, h, w): share of nothing, trunk and limbs in each pixel of ``size``."""
    fields = [batch.cover * (batch.field == k) for k in range(batch.flow.shape[1])]
    share = F.interpolate(torch.stack(fields, 1), size=size, mode="area")
    return torch.cat([1 - share.sum(1, keepdim=True).clamp(0, 1), share], 1)


def warp_losses(answers: list[tuple[Tensor, Tensor]], batch: WarpBatch, s: WarperSettings) -> dict[str, Tensor]:
    """The losses by name, the last look counting twice as much as the ones before."""
    out: dict[str, Tensor] = {}
    has = batch.has.gather(1, batch.field.clamp_min(0).flatten(1)).view_as(batch.field)
    weight = batch.known * has
    total = weight.sum().clamp_min(1.0)
    exact = sample_garment(batch.picture, batch.source)
    for number, (moved, logits) in enumerate(answers):
        share = (2.0 if number == len(answers) - 1 else 1.0) / (len(answers) + 1)
        source = predicted_source(moved, batch)
        distance = torch.sqrt(((source - batch.source) ** 2).sum(1) + 1e-6)
        # far-off pixels (hidden folds, wrong sides) must not rule
        distance = torch.where(distance < 0.1, distance, 0.1 + 0.3 * (distance - 0.1))
        target = shown_share(batch, (logits.shape[2], logits.shape[3]))
        warped = sample_garment(batch.picture, source)
        seen = weight * (batch.known == 1)
        parts = {
            "flow": s.flow * (distance * weight).sum() / total,
            "show": s.show * -(target * F.log_softmax(logits, 1)).sum(1).mean() * 4,
            "colour": s.colour * ((warped - exact).abs().mean(1) * seen).sum() / total,
            "smooth": s.smooth * roughness(moved),
        }
        for name, value in parts.items():
            out[name] = out.get(name, torch.zeros(())) + share * value
    return out


def roughness(moved: Tensor) -> Tensor:
    """Mean size of the displacement's second differences along both axes; moved: (B, K, 2, h, w)."""
    y = moved[..., 2:, :] - 2 * moved[..., 1:-1, :] + moved[..., :-2, :]
    x = moved[..., 2:] - 2 * moved[..., 1:-1] + moved[..., :-2]
    return y.abs().mean() + x.abs().mean()


@torch.no_grad()
def warp_figures(net: Warper | None, store: PairStore, count: int, device: str = "cpu") -> dict[str, float]:
    """Figures on the first ``count`` pairs; net None: of the coarse warp alone.

    Returns:
        ``flow_px`` mean distance in garment pixels of FRAME over what the photo shows, ``flow_median_px``,
        ``mask_iou`` of the garment's outline, ``field_accuracy`` of the part inside of it.
    """
    errors, medians, ious, right = [], [], [], []
    for n in range(min(count, len(store))):
        batch = stack_warp([warp_example(store[n])]).to(device)
        if net is None:
            moved = torch.zeros(1, batch.flow.shape[1], 2, 64, 48, device=device)
            alpha = batch.garment[:, :, 0]
            share = torch.cat([1 - alpha.amax(1, keepdim=True), alpha], 1)
        else:
            moved, logits = net.eval()(batch.person, batch.garment)
            share = torch.softmax(logits, 1)
        source = predicted_source(moved, batch)
        has = batch.has.gather(1, batch.field.clamp_min(0).flatten(1)).view_as(batch.field)
        seen = (batch.known == 1) & (has > 0)
        if not bool(seen.any()):
            continue
        distance = ((source - batch.source) ** 2).sum(1).sqrt()[seen] * FRAME[1]
        errors.append(float(distance.mean()))
        medians.append(float(distance.median()))
        fine = F.interpolate(share, size=batch.field.shape[1:], mode="bilinear", align_corners=False)
        mine, own = fine[:, 0] < 0.5, batch.cover > 0.5
        ious.append(float((mine & own).sum() / (mine | own).sum().clamp_min(1)))
        both = mine & own & (batch.field >= 0)
        right.append(float((fine[:, 1:].argmax(1) == batch.field)[both].float().mean()) if bool(both.any()) else 0.0)
    return {
        "flow_px": float(np.mean(errors)),
        "flow_median_px": float(np.median(medians)),
        "mask_iou": float(np.mean(ious)),
        "field_accuracy": float(np.mean(right)),
    }


def train_warper(settings: WarperSettings) -> dict[str, float]:
    """Train the warp network and write its best weights; returns the best validation figures."""
    s = settings
    if s.threads:
        torch.set_num_threads(s.threads)
    seed_all(s.seed)
    device = choose_device(s.device)
    store = PairStore(s.pairs, validation=False, limit=8 if s.smoke else 0)
    held = PairStore(s.pairs, validation=True, limit=4 if s.smoke else 0)
    steps, every, batch_size = (4, 4, 2) if s.smoke else (s.steps, s.every, s.batch)
    net = Warper(WarperParams()).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(net.parameters(), s.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, s.rate, total_steps=steps + 1, pct_start=0.1)
    ema, step, best = Ema(net, 0.998), 0, float("-inf")
    log, clock = RunLog(s.run, s), Clock(s.minutes)
    if s.resume and not s.smoke:
        step, best = resume_run(s.run / "last.pt", net, optimizer, schedule, ema, device)
    loader = DataLoader(
        WarpBatches(store, batch_size, s.seed + step), batch_size=None, num_workers=0 if s.smoke else s.workers
    )
    batches = iter(loader)
    bf16 = device != "cpu" or inference_dtype() == torch.bfloat16
    figures: dict[str, float] = {}
    totals: dict[str, float] = {}
    started = time.monotonic()
    while step < steps and not clock.over():
        batch = next(batches).to(device)
        net.train()
        with torch.autocast(device, torch.bfloat16, enabled=bf16):
            answers = net.looks(batch.person, batch.garment)
        losses = warp_losses(answers, batch, s)
        loss = torch.stack(list(losses.values())).sum()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        ema.update(net)
        step += 1
        for name, value in losses.items():
            totals[name] = totals.get(name, 0.0) + value.item()
        check_finite(step, totals)
        if step % 50 == 0:
            print(f"step {step} loss {loss.item():.3f} {(time.monotonic() - started) / 50:.2f} s/step", flush=True)
            started = time.monotonic()
        if step % every == 0 or step == steps:
            judge = Warper(WarperParams())
            judge.load_state_dict({k: v.cpu() for k, v in ema.state.items()})
            figures = warp_figures(judge, held, 4 if s.smoke else s.held)
            score = figures["mask_iou"] - figures["flow_px"] / 40
            log.scalars(step, {**{f"loss_{n}": v / every for n, v in totals.items()}, **figures})
            totals = {}
            if score > best:
                best = score
                target = s.run / "smoke.safetensors" if s.smoke else s.out
                save_weights(target, judge, params=judge.params, command=COMMAND, figures=figures)
            started = time.monotonic()
        if step % every == 0 or step == steps or clock.over():
            save_run(s.run / "last.pt", net, optimizer, ema, step, best)
    log.close()
    return figures
