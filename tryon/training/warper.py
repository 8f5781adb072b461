"""Training of the warp network on exact pairs.

Losses of each look: distance of each pixel's place in the garment from the exact one, cross-entropy of what the pixel
shows, difference between the garment's outline as warped and as warped exactly, and second-order smoothness of the
correction.
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
from tryon.models.warper import Warper, WarperParams, corrected
from tryon.models.weights import save_weights
from tryon.settings import setting
from tryon.training.pairs import PairStore
from tryon.training.runlog import Clock, Ema, RunLog, check_finite, choose_device, resume_run, save_run, seed_all
from tryon.training.warp_examples import SmallPair, WarpBatch, WarpBatches, load_small, stack_warp, warp_example
from tryon.warp.placement import Placer
from tryon.warp.placer import PLACEMENT_NAME, LearnedPlacement

COMMAND = "python -m tryon train warper"
NEAR = 0.2  # of the garment's side: places further off (hidden folds, wrong sides) count less


@dataclass(frozen=True)
class WarperSettings:
    """What one run of the warp network's training is made of."""

    pairs: Path = setting(Path("data/pairs"), "folder of the pairs (python -m tryon prepare pairs)")
    run: Path = setting(Path("runs/warper"), "folder for logs and checkpoints")
    out: Path = setting(Path("weights/warper.safetensors"), "where the best weights go")
    placement: Path = setting(Path("weights") / PLACEMENT_NAME, "weights of the learned placement, if it is there")
    steps: int = setting(4000, "updates in all")
    batch: int = setting(8, "pairs an update")
    rate: float = setting(1e-3, "peak learning rate of the one-cycle schedule")
    flow: float = setting(20.0, "weight of the places' distance, in sides of the garment's box")
    show: float = setting(1.0, "weight of what each pixel shows")
    smooth: float = setting(60.0, "weight of second-order smoothness; 20 left stripes of real garments wavy")
    held: int = setting(240, "validation pairs that are measured")
    seed: int = setting(1, "seed of everything random")
    minutes: float = setting(0.0, "stop cleanly after so many minutes; 0: when done")
    every: int = setting(250, "updates between validations")
    threads: int = setting(0, "CPU threads; 0: all")
    workers: int = setting(1, "loader processes")
    resume: bool = setting(True, "go on from the last checkpoint")
    smoke: bool = setting(False, "a run of seconds on a few pairs")
    device: str = setting("auto", "cpu, cuda or auto")


def of_own_field(maps: Tensor, field: Tensor) -> Tensor:
    """(B, 2, h, w): values of each pixel's own field; maps (B, FIELDS, 2, h, w), field (B, h, w), -1 counts as 0."""
    index = field.clamp_min(0)[:, None, None].expand(-1, 1, 2, -1, -1)
    return maps.gather(1, index)[:, 0]


def weight_of(batch: WarpBatch) -> Tensor:
    """(B, h, w): how much each pixel's place counts; 0 where its field was not laid at all."""
    has = batch.has.gather(1, batch.field.clamp_min(0).flatten(1)).view_as(batch.field)
    return batch.known * has * (batch.field >= 0)


def warp_losses(answers: list[tuple[Tensor, Tensor]], batch: WarpBatch, s: WarperSettings) -> dict[str, Tensor]:
    """The losses by name, the last look counting twice as much as the ones before."""
    out: dict[str, Tensor] = {}
    weight = weight_of(batch)
    total = weight.sum().clamp_min(1.0)
    for number, (moved, logits) in enumerate(answers):
        share = (2.0 if number == len(answers) - 1 else 1.0) / (len(answers) + 1)
        found = of_own_field(corrected(batch.place, moved), batch.field)
        distance = torch.sqrt(((found - batch.source) ** 2).sum(1) + 1e-6)
        distance = torch.where(distance < NEAR, distance, NEAR + 0.3 * (distance - NEAR))
        parts = {
            "flow": s.flow * (distance * weight).sum() / total,
            "show": s.show * -(batch.share * F.log_softmax(logits, 1)).sum(1).mean() * 4,
            "smooth": s.smooth * roughness(moved),
        }
        for name, value in parts.items():
            out[name] = out.get(name, torch.zeros((), device=value.device)) + share * value
    return out


def roughness(moved: Tensor) -> Tensor:
    """Mean size of the correction's second differences along both axes; moved: (B, K, 2, h, w)."""
    y = moved[..., 2:, :] - 2 * moved[..., 1:-1, :] + moved[..., :-2, :]
    x = moved[..., 2:] - 2 * moved[..., 1:-1] + moved[..., :-2]
    return y.abs().mean() + x.abs().mean()


def drawn_share(place: Tensor, region: Tensor, alpha: Tensor) -> Tensor:
    """(B, 1 + FIELDS, h, w): shares of nothing and each field where a warp draws its regions; as the network's."""
    b, k, _, h, w = place.shape
    grid = 2 * place.permute(0, 1, 3, 4, 2).reshape(b, k * h, w, 2) - 1
    shown = F.grid_sample(alpha, grid, align_corners=False).view(b, k, h, w) * region
    return torch.cat([1 - shown.amax(1, keepdim=True), shown], 1)


@torch.no_grad()
def warp_figures(
    net: Warper | None, pairs: list[SmallPair], placer: Placer | None = None, device: str = "cpu"
) -> dict[str, float]:
    """Figures on pairs; net None: of the coarse warp alone.

    Returns:
        ``flow_px`` mean distance in garment pixels of FRAME over what the photo shows, ``flow_median_px``,
        ``mask_iou`` of the garment's outline, ``field_accuracy`` of the part inside of it.
    """
    errors, medians, ious, right = [], [], [], []
    for pair in pairs:
        batch = stack_warp([warp_example(pair, placer)]).to(device)
        place = batch.place
        if net is None:
            share = drawn_share(place, batch.region, batch.alpha)
        else:
            moved, logits = net.eval()(batch.person, place, batch.region, batch.alpha)
            place = corrected(place, moved)
            share = torch.softmax(logits, 1)
        seen = weight_of(batch) > 0.99
        if not bool(seen.any()):
            continue
        found = of_own_field(place, batch.field)
        distance = ((found - batch.source) ** 2).sum(1).sqrt()[seen] * float(batch.side)
        errors.append(float(distance.mean()))
        medians.append(float(distance.median()))
        mine, own = share[:, 0] < 0.5, batch.share[:, 0] < 0.5
        ious.append(float((mine & own).sum() / (mine | own).sum().clamp_min(1)))
        both = mine & own & (batch.field >= 0)
        right.append(float((share[:, 1:].argmax(1) == batch.field)[both].float().mean()) if bool(both.any()) else 0.0)
    return {
        "flow_px": float(np.mean(errors)),
        "flow_median_px": float(np.median(medians)),
        "mask_iou": float(np.mean(ious)),
        "field_accuracy": float(np.mean(right)),
    }


def train_warper(settings: WarperSettings) -> dict[str, float]:
    """Train the warp network and write its best weights; returns the last validation figures."""
    s = settings
    if s.threads:
        torch.set_num_threads(s.threads)
    seed_all(s.seed)
    device = choose_device(s.device)
    placer = LearnedPlacement.from_pretrained(s.placement.parent) if s.placement.is_file() else None
    train = load_small(PairStore(s.pairs, validation=False, limit=8 if s.smoke else 0))
    held = load_small(PairStore(s.pairs, validation=True, limit=4 if s.smoke else s.held))
    steps, every, batch_size = (4, 4, 2) if s.smoke else (s.steps, s.every, s.batch)
    net = Warper(WarperParams()).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(net.parameters(), s.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, s.rate, total_steps=steps + 1, pct_start=0.1)
    ema, step, best = Ema(net, 0.998), 0, float("-inf")
    log, clock = RunLog(s.run, s), Clock(s.minutes)
    if s.resume and not s.smoke:
        step, best = resume_run(s.run / "last.pt", net, optimizer, schedule, ema, device)
    batches = iter(
        DataLoader(
            WarpBatches(train, batch_size, s.seed + step, placer),
            batch_size=None,
            num_workers=0 if s.smoke else s.workers,
        )
    )
    bf16 = device != "cpu" or inference_dtype() == torch.bfloat16
    print(f"{len(train)} pairs; coarse warp: {warp_figures(None, held, placer)}", flush=True)
    figures: dict[str, float] = {}
    totals: dict[str, float] = {}
    started, last = time.monotonic(), step
    while step < steps and not clock.over():
        batch = next(batches).to(device)
        net.train()
        with torch.autocast(device, torch.bfloat16, enabled=bf16):
            answers = net.looks(batch.person, batch.place, batch.region, batch.alpha)
        losses = warp_losses(answers, batch, s)
        optimizer.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        ema.update(net)
        step += 1
        for name, value in losses.items():
            totals[name] = totals.get(name, 0.0) + value.item()
        check_finite(step, totals)
        if step % 50 == 0:
            print(f"step {step} {(time.monotonic() - started) / 50:.2f} s/step", flush=True)
            started = time.monotonic()
        if step % every == 0 or step == steps or clock.over():
            judge = Warper(net.params)
            judge.load_state_dict({k: v.cpu() for k, v in ema.state.items()})
            figures = warp_figures(judge, held, placer)
            score = figures["mask_iou"] - figures["flow_px"] / 40
            log.scalars(step, {**{f"loss_{n}": v / (step - last) for n, v in totals.items()}, **figures})
            totals, last = {}, step
            if score > best:
                best = score
                target = s.run / "smoke.safetensors" if s.smoke else s.out
                save_weights(target, judge, params=judge.params, command=COMMAND, figures=figures)
            save_run(s.run / "last.pt", net, optimizer, ema, step, best)
            started = time.monotonic()
    log.close()
    return figures
