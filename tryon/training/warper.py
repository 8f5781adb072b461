"""Training of the warp network on exact pairs.

Losses of each look: distance of each pixel's place in the garment from the exact one; difference between the garment's
picture there and at the exact place (photometric, without a wearer's light and folds); difference between the outline
as laid and as worn, where nothing hides it; cross-entropy of what the pixel shows (arms and hair in front are nothing);
second-order smoothness of the movement.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tryon.models.precision import inference_dtype
from tryon.models.warper import Warper, WarperParams, moved_maps, shown_alpha
from tryon.models.weights import save_weights
from tryon.settings import setting
from tryon.training.pairs import PairStore
from tryon.training.prepare_pairs import FRAME
from tryon.training.runlog import Clock, Ema, RunLog, check_finite, choose_device, resume_run, save_run, seed_all
from tryon.training.warp_examples import LaidPair, WarpBatch, WarpBatches, lay_pairs, stack_warp
from tryon.warp.placer import PLACEMENT_NAME

COMMAND = "python -m tryon train warper"
NEAR = 0.2  # of the garment's side: places further off (hidden folds, wrong sides) count less


@dataclass(frozen=True)
class WarperSettings:
    """What one run of the warp network's training is made of."""

    pairs: Path = setting(Path("data/pairs"), "folder of the pairs (python -m tryon prepare pairs)")
    run: Path = setting(Path("runs/warper"), "folder for logs and checkpoints")
    out: Path = setting(Path("weights/warper.safetensors"), "where the best weights go")
    placement: Path = setting(Path("weights") / PLACEMENT_NAME, "weights of the learned placement, if it is there")
    steps: int = setting(3500, "updates in all; with a thousand pairs more do not help")
    batch: int = setting(12, "pairs an update")
    rate: float = setting(1e-3, "peak learning rate of the one-cycle schedule")
    flow: float = setting(20.0, "weight of the places' distance, in sides of the garment's box")
    picture: float = setting(1.0, "weight of the garment's picture there and at the exact place")
    outline: float = setting(3.0, "weight of the outline as laid and as worn")
    show: float = setting(1.0, "weight of what each pixel shows")
    smooth: float = setting(12.0, "weight of second-order smoothness of the movement, in frame heights between nodes")
    copies: int = setting(3, "ways in which each pair and its mirror image are laid")
    held: int = setting(240, "validation pairs that are measured")
    seed: int = setting(1, "seed of everything random")
    minutes: float = setting(0.0, "stop cleanly after so many minutes; 0: when done")
    every: int = setting(250, "updates between validations")
    threads: int = setting(0, "CPU threads; 0: all")
    workers: int = setting(2, "processes that lay the garments")
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


def warp_losses(answers: tuple[list[Tensor], Tensor], batch: WarpBatch, s: WarperSettings) -> dict[str, Tensor]:
    """The losses by name, the last look's movement counting twice as much as the ones before.

    Args:
        answers: of ``Warper.looks``.
    """
    out: dict[str, Tensor] = {}
    weight = weight_of(batch)
    total = weight.sum().clamp_min(1.0)
    exact = at_places(batch.picture, batch.source)
    moves, logits = answers
    for number, moved in enumerate(moves):
        share = (2.0 if number == len(moves) - 1 else 1.0) / (len(moves) + 1)
        place, region = moved_maps(batch.place, batch.region, moved)
        found = of_own_field(place, batch.field)
        distance = torch.sqrt(((found - batch.source) ** 2).sum(1) + 1e-6)
        distance = torch.where(distance < NEAR, distance, NEAR + 0.3 * (distance - NEAR))
        off = (at_places(batch.picture, found) - exact).abs().mean(1)
        apart = (drawn_share(place, region, batch.alpha)[:, 0] - batch.share[:, 0]).abs()
        parts = {
            "flow": s.flow * (distance * weight).sum() / total,
            "picture": s.picture * (off * weight).sum() / total,
            "outline": s.outline * (apart * batch.open).sum() / total,
            "smooth": s.smooth * roughness(moved),
        }
        for name, value in parts.items():
            out[name] = out.get(name, torch.zeros((), device=value.device)) + share * value
    out["show"] = s.show * -(batch.share * F.log_softmax(logits, 1)).sum(1).mean() * 4
    return out


def at_places(pictures: Tensor, place: Tensor) -> Tensor:
    """Pictures (B, C, H, W) of the garments' boxes at places (B, 2, h, w) in them; (B, C, h, w)."""
    return F.grid_sample(pictures, 2 * place.permute(0, 2, 3, 1) - 1, align_corners=False)


def roughness(moved: Tensor) -> Tensor:
    """Mean size of the correction's second differences along both axes; moved: (B, K, 2, h, w)."""
    y = moved[..., 2:, :] - 2 * moved[..., 1:-1, :] + moved[..., :-2, :]
    x = moved[..., 2:] - 2 * moved[..., 1:-1] + moved[..., :-2]
    return y.abs().mean() + x.abs().mean()


def drawn_share(place: Tensor, region: Tensor, alpha: Tensor) -> Tensor:
    """(B, 1 + FIELDS, h, w): shares of nothing and each field where a warp draws its regions; as the network's."""
    shown = shown_alpha(place, alpha) * region
    return torch.cat([1 - shown.amax(1, keepdim=True), shown], 1)


@torch.no_grad()
def warp_figures(net: Warper | None, pairs: list[LaidPair], device: str = "cpu") -> dict[str, float]:
    """Figures on pairs; net None: of the coarse warp alone.

    Returns:
        ``flow_px`` mean distance in garment pixels of FRAME over what the photo shows, ``flow_median_px``,
        ``flow_body_px`` the mean as pixels of the work frame (512 rows), ``mask_iou`` of the garment's outline as laid
        where nothing hides it, ``show_iou`` as the network tells it, ``field_accuracy`` of the part inside of it.
    """
    kept: dict[str, list[float]] = {}
    for pair in pairs:
        batch = stack_warp([pair.example(0)]).to(device)
        place, region = batch.place, batch.region
        told = drawn_share(place, region, batch.alpha)
        if net is not None:
            moved, logits = net.eval()(batch.person, place, region, batch.alpha)
            place, region = moved_maps(place, region, moved)
            told = torch.softmax(logits, 1)
        seen = weight_of(batch) > 0.99
        if not bool(seen.any()):
            continue
        found = of_own_field(place, batch.field)
        distance = ((found - batch.source) ** 2).sum(1).sqrt()
        on_body = (distance / magnified(found).clamp_min(1e-3))[seen] * (FRAME[0] / distance.shape[1])
        laid, own = drawn_share(place, region, batch.alpha)[:, 0] < 0.5, batch.share[:, 0] < 0.5
        claimed, free = told[:, 0] < 0.5, batch.open > 0.5
        both = claimed & own & (batch.field >= 0)
        figures = {
            "flow_px": distance[seen].mean() * batch.side[0],
            "flow_median_px": distance[seen].median() * batch.side[0],
            "flow_body_px": on_body.mean(),
            "mask_iou": (laid & own & free).sum() / ((laid | own) & free).sum().clamp_min(1),
            "show_iou": (claimed & own).sum() / (claimed | own).sum().clamp_min(1),
            "field_accuracy": (told[:, 1:].argmax(1) == batch.field)[both].float().mean() if bool(both.any()) else 0.0,
        }
        for name, value in figures.items():
            kept.setdefault(name, []).append(float(value))
    return {n: float((np.median if n == "flow_median_px" else np.mean)(values)) for n, values in kept.items()}


def magnified(place: Tensor) -> Tensor:
    """(B, h, w): sides of the box that a step of one pixel goes on average, where places are (B, 2, h, w)."""
    y, x = torch.gradient(place, dim=(-2, -1))
    return (x[:, 0] * y[:, 1] - x[:, 1] * y[:, 0]).abs().sqrt()


def train_warper(settings: WarperSettings) -> dict[str, float]:
    """Train the warp network and write its best weights; returns the last validation figures."""
    s = settings
    if s.threads:
        torch.set_num_threads(s.threads)
    seed_all(s.seed)
    device = choose_device(s.device)
    placement = s.placement.parent if s.placement.is_file() else None
    processes = 1 if s.smoke else s.workers
    held = lay_pairs(
        PairStore(s.pairs, validation=True, limit=4 if s.smoke else s.held), placement, processes=processes
    )
    store, copies = PairStore(s.pairs, validation=False, limit=8 if s.smoke else 0), max(s.copies, 1)
    train = lay_pairs(store, placement, copies=copies, seed=s.seed, processes=processes)
    steps, every, batch_size = (4, 4, 2) if s.smoke else (s.steps, s.every, s.batch)
    net = Warper(WarperParams()).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(net.parameters(), s.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, s.rate, total_steps=steps + 1, pct_start=0.1)
    ema, step, best = Ema(net, 0.998), 0, float("-inf")
    log, clock = RunLog(s.run, s), Clock(s.minutes)
    if s.resume and not s.smoke:
        step, best = resume_run(s.run / "last.pt", net, optimizer, schedule, ema, device)
    batches = iter(WarpBatches(train, batch_size, s.seed + step))
    bf16 = device != "cpu" or inference_dtype() == torch.bfloat16
    print(f"{len(store)} pairs; coarse warp: {warp_figures(None, held)}", flush=True)
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
            figures = warp_figures(judge, held)
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
