"""Training of the garment network: mask, inside of the back, landmarks, label, attributes and visibility."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from tryon.garment.network import INSIDE, MASK, PARAMS, POINTS, peaks
from tryon.models.lite_unet import LiteUNet
from tryon.models.weights import WEIGHTS_DIR, read_weights, save_weights
from tryon.settings import open_data_dir
from tryon.training.garment_data import GarmentDataError, GarmentRecords, GarmentSampler, load_records
from tryon.training.garment_drawn import DrawnSettings, draw_garments
from tryon.training.garment_losses import Targets, collate, losses
from tryon.training.garment_targets import DRAWN, REAL, RENDERED
from tryon.training.prepare_garments import LABEL_NAMES, REPOSITORY, PrepareSettings, prepare_garments
from tryon.training.pretrained import load_lite0_encoder
from tryon.training.runlog import (
    Ema,
    Pace,
    RunLog,
    check_finite,
    choose_device,
    load_checkpoint,
    one_cycle,
    save_checkpoint,
    seed_all,
)
from tryon.types import ATTRIBUTES, GARMENT_LABELS

COMMAND = "python -m tryon train garment"
SOURCES = ("real", "drawn", "rendered")


@dataclass(frozen=True)
class GarmentSettings:
    """How the garment network is trained."""

    data: Path = field(
        default_factory=open_data_dir,
        metadata={"help": "folder of the open data (or TRYON_DATA), if there are no shards yet"},
    )
    shards: Path = field(default=REPOSITORY / "data" / "garments", metadata={"help": "folder of the prepared shards"})
    out: Path = field(default=WEIGHTS_DIR / "garment.safetensors", metadata={"help": "weights file to write"})
    run: Path = field(default=REPOSITORY / "runs" / "garment", metadata={"help": "folder for logs and checkpoints"})
    minutes: float = field(default=0.0, metadata={"help": "stop cleanly after so many minutes (0: at the end)"})
    epochs: int = field(default=10, metadata={"help": "rounds of ``round_steps``; --minutes ends them sooner"})
    round_steps: int = field(default=150, metadata={"help": "steps between two validations"})
    batch: int = field(default=16, metadata={"help": "pictures a step; small enough for a laptop's memory"})
    rate: float = field(default=1.2e-3, metadata={"help": "peak of the one-cycle learning rate"})
    drawn_share: float = field(default=0.1, metadata={"help": "share of garments drawn from patterns"})
    rendered_share: float = field(default=0.45, metadata={"help": "share of rendered garments, where there are any"})
    device: str = field(default="auto", metadata={"help": "cpu, cuda, or auto: cuda where there is one"})
    seed: int = field(default=0, metadata={"help": "of weights, order and augmentation"})
    threads: int = field(default=0, metadata={"help": "torch threads (0: torch's own choice)"})
    workers: int = field(default=0, metadata={"help": "loader processes (0: the trainer makes its pictures itself)"})
    resume: bool = field(default=False, metadata={"help": "go on from the last checkpoint"})
    frozen: int = field(default=0, metadata={"help": "first stages of the encoder that keep the start's weights"})
    start: Path | None = field(default=None, metadata={"help": "weights file to start from instead of ImageNet"})
    smoke: bool = field(default=False, metadata={"help": "a minute's run on a few pictures, to try the code"})


def _forward(net: torch.nn.Module, images: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
    device = next(net.parameters()).device
    with torch.autocast(device.type, torch.bfloat16):
        dense, heads = net(images.to(device).contiguous(memory_format=torch.channels_last))
    return dense, heads


@torch.no_grad()
def validate(net: torch.nn.Module, sampler: GarmentSampler, indices: np.ndarray, batch: int = 16) -> dict[str, float]:
    """Figures on validation records: photos against labels and teachers, drawn and rendered ones exactly."""
    net.eval()
    sums: dict[str, list[float]] = {}
    source = sampler.records.source
    for start in range(0, len(indices), batch):
        part = [int(i) for i in indices[start : start + batch]]
        images, t = collate([sampler.sample(i, np.random.default_rng(i), augment=False) for i in part])
        dense, heads = _forward(net, images)
        dense, heads = dense.float().cpu(), tuple(h.float().cpu() for h in heads)
        for j, i in enumerate(part):
            kind = SOURCES[int(source[i])]
            mine = _places(dense[j], t, j, kind) | _names([h[j] for h in heads], t, j, kind)
            for name, value in mine.items():
                sums.setdefault(name, []).append(value)
    net.train()
    return {name: float(np.mean(values)) for name, values in sorted(sums.items())}


def _places(dense: Tensor, t: Targets, j: int, kind: str) -> dict[str, float]:
    """Overlap of the masks, and distance of the points in garment heights, of sample ``j``."""
    mine: dict[str, float] = {}
    mask, truth = dense[MASK] > 0, t.mask[j] > 0.5
    if t.mask_weight[j] > 0:
        mine[f"mask_iou_{kind}"] = float((mask & truth).sum() / max(1, int((mask | truth).sum())))
    if kind != "real" and bool((t.inside[j] > 0.5).sum() > 20):
        guess, own = dense[INSIDE] > 0, t.inside[j] > 0.5
        mine[f"inside_iou_{kind}"] = float((guess & own).sum() / max(1, int((guess | own).sum())))
    known = torch.isfinite(t.points[j]).all(-1).numpy()
    if known.any() and bool(truth.any()):
        found, _ = peaks(dense[POINTS:].numpy()[known])
        error = np.linalg.norm(found - t.points[j].numpy()[known], axis=1)
        rows = truth.any(1).nonzero()
        mine[f"points_error_{kind}"] = float(error.mean()) / max(1.0, float(rows[-1] - rows[0]))
    return mine


def _names(heads: list[Tensor], t: Targets, j: int, kind: str) -> dict[str, float]:
    """Which labels, attributes and visibilities of sample ``j`` are right."""
    mine: dict[str, float] = {}
    categories = list(GARMENT_LABELS.values())
    label = int(heads[0].argmax())
    if kind != "drawn" and t.label[j] >= 0:
        end = "" if kind == "real" else f"_{kind}"
        mine[f"label_accuracy{end}"] = float(label == t.label[j])
        mine[f"category_accuracy{end}"] = float(categories[label] == categories[int(t.label[j])])
    for k, name in enumerate(ATTRIBUTES):
        if t.attributes[j, k] >= 0:
            mine[f"{name}_{kind}"] = float(int(heads[1 + k].argmax()) == t.attributes[j, k])
    known = t.visible[j] >= 0
    if kind == "rendered" and bool(known.any()):
        mine["visible_rendered"] = float(((heads[-1][known] > 0) == (t.visible[j, known] > 0.5)).float().mean())
    return mine


def score(figures: dict[str, float]) -> float:
    """One number to choose the best weights by: masks, points, labels and attributes count alike."""
    kinds = [k for k in ("real", "rendered", "drawn") if f"mask_iou_{k}" in figures]
    share = 2 / max(1, len(kinds))
    points = 1 - 5 * share * sum(figures.get(f"points_error_{k}", 0.1) for k in kinds)
    masks = share * sum(figures[f"mask_iou_{k}"] for k in kinds)
    names = figures.get("label_accuracy", 0.0) + figures.get("category_accuracy", 0.0)
    inside = figures.get("inside_iou_rendered", figures.get("inside_iou_drawn", 0.0))
    attributes = [figures[n] for n in (f"{a}_rendered" for a in ATTRIBUTES) if n in figures]
    return masks + points + 0.5 * (names + inside + (float(np.mean(attributes)) if attributes else 0.0))


def _order(records: GarmentRecords, settings: GarmentSettings, rng: np.random.Generator) -> np.ndarray:
    """One epoch: every real training photo once, rare labels and rare sleeves more often, the others mixed in."""
    train = ~records.validation
    real = np.flatnonzero(train & (records.source == REAL))
    counts = np.bincount(records.label[real], minlength=len(LABEL_NAMES))
    repeat = np.clip(np.sqrt(counts.max() / np.maximum(counts, 1)), 1, 3)
    chance = repeat[records.label[real]] * _rare_sleeves(records, real)
    parts = [np.repeat(real, np.floor(chance + rng.random(len(real))).astype(int))]
    shares = {DRAWN: settings.drawn_share, RENDERED: settings.rendered_share}
    pools = {source: np.flatnonzero(train & (records.source == source)) for source in shares}
    rest = 1 - sum(share for source, share in shares.items() if len(pools[source]))
    for source, pool in pools.items():
        wanted = int(len(parts[0]) * shares[source] / rest) if len(pool) else 0
        parts.append(rng.choice(pool, wanted, replace=wanted > len(pool)) if wanted else pool[:0])
    return rng.permutation(np.concatenate(parts))


class _Round(Dataset):
    """The batches of one round, each with randomness of its own: the same by one process or by several."""

    def __init__(
        self, sampler: GarmentSampler, order: np.ndarray, batch: int, steps: int, seed: tuple[int, ...]
    ) -> None:
        self._sampler, self._order, self._batch, self._steps, self._seed = sampler, order, batch, steps, seed

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, k: int) -> tuple[Tensor, Targets]:
        if k >= self._steps:
            raise IndexError(k)
        rng = np.random.default_rng((*self._seed, k))
        part = self._order.take(range(k * self._batch, (k + 1) * self._batch), mode="wrap")
        return collate([self._sampler.sample(int(i), rng) for i in part])


def _rare_sleeves(records: GarmentRecords, real: np.ndarray) -> np.ndarray:
    """How much more often than once photos are shown whose sleeves are rare among those of their label, 1 to 3."""
    pairs = np.stack([records.label[real], records.attributes[real, list(ATTRIBUTES).index("sleeve")]], 1)
    kinds, which, counts = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    most = np.array([counts[(kinds[:, 0] == label) & (kinds[:, 1] >= 0)].max(initial=1) for label in kinds[:, 0]])
    often = np.where(kinds[:, 1] >= 0, np.clip(np.sqrt(most / counts), 1, 3), 1.0)
    return np.asarray(often[which.reshape(-1)])


def _held(records: GarmentRecords, few: int) -> np.ndarray:
    """Validation records that are looked at during training: of the rendered ones, which are alike, every third."""
    held = np.flatnonzero(records.validation)
    rendered = records.source[held] == RENDERED
    return np.concatenate([held[~rendered], held[rendered][::3]])[: few or None]


def _freeze(net: LiteUNet, stages: int) -> None:
    """Keep the stem and the first stages as they are: three of them save a third of a step's time."""
    if stages:
        for part in (net.encoder.conv_stem, net.encoder.bn1, *net.encoder.blocks[:stages]):
            part.requires_grad_(False).eval()


def load_start(net: LiteUNet, path: Path) -> list[str]:
    """Copy a weights file's tensors into a network as far as they fit.

    Returns:
        Names of the network's tensors that keep their random start.
    """
    tensors = read_weights(path)[0]
    own = net.state_dict()
    fitting = {n: v for n, v in tensors.items() if n in own and own[n].shape == v.shape}
    net.load_state_dict({**own, **fitting})
    return [n for n in own if n not in fitting]


def _better_than_saved(path: Path, value: float) -> bool:
    if not path.is_file():
        return True
    return value > float(read_weights(path)[1]["figures"].get("score", -1e9))


def _find_records(s: GarmentSettings) -> GarmentRecords:
    """The prepared shards, made from the open data where there are none (a few, for a smoke run)."""
    folder, few = s.shards, 24 if s.smoke else 0
    if not any(folder.glob("*.npz")):
        if not (s.data / "garments" / "garments.csv").is_file():
            raise GarmentDataError(
                f"There are no prepared garments in {s.shards} and no garments/garments.csv in {s.data}. "
                "Name the open data's folder with --data or TRYON_DATA (README, section 'Train it')."
            )
        folder = s.run / "shards" if s.smoke else s.shards
        if not any(folder.glob("*.npz")):
            prepare_garments(PrepareSettings(data=s.data, out=folder, limit=few))
            draw_garments(DrawnSettings(out=folder, count=few or DrawnSettings.count))
    return load_records(folder)


def train_garment(settings: GarmentSettings) -> dict[str, float]:
    """Train, keeping the weights with the best validation score.

    Returns:
        The best validation figures.

    Raises:
        GarmentDataError: the shards are missing. NonFiniteLossError: training diverged.
    """
    s = settings
    if s.threads:
        torch.set_num_threads(s.threads)
    rng = seed_all(s.seed)
    records = _find_records(s)
    target = s.run / "smoke.safetensors" if s.smoke and s.out == GarmentSettings.out else s.out
    sampler = GarmentSampler(records, rng, pool=20 if s.smoke else 300)
    net = LiteUNet(PARAMS)
    if s.start is not None:
        load_start(net, s.start)
    else:
        load_lite0_encoder(net.encoder)
    device = choose_device(s.device)
    net = net.to(device, memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    _freeze(net, s.frozen)
    batch, epochs, per_epoch = (4, 1, 6) if s.smoke else (s.batch, s.epochs, s.round_steps)
    optimiser = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], s.rate, weight_decay=0.02)
    ema, log = Ema(net, 0.997), RunLog(s.run, s)
    first, best, best_figures, spent = 0, -1e9, {}, 0.0
    if s.resume and (saved := load_checkpoint(s.run / "last.pt")) is not None:
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
        spent = saved["spent"]
        ema.state, ema.count = saved["ema"], saved["ema_count"]
        first, best, best_figures = saved["epoch"], saved["best"], saved["figures"]
    pace = Pace(epochs * per_epoch, s.minutes, spent)
    held = _held(records, 12 if s.smoke else 0)
    shadow = LiteUNet(PARAMS).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    for epoch in range(first, epochs):
        order = _order(records, s, np.random.default_rng((s.seed, epoch)))
        totals: dict[str, float] = {}
        taken = 0
        data = _Round(sampler, order, batch, per_epoch, (s.seed, epoch))
        loader = DataLoader(data, batch_size=None, shuffle=False, num_workers=0 if s.smoke else s.workers)  # type: ignore[arg-type]
        for k, (images, targets) in enumerate(loader):
            for group in optimiser.param_groups:
                group["lr"] = s.rate * one_cycle(pace.progress(epoch * per_epoch + k))
            values = _step(net, optimiser, images, targets)
            ema.update(net)
            check_finite(epoch * per_epoch + k, values)
            for name, value in values.items():
                totals[name] = totals.get(name, 0.0) + value
            taken = k + 1
            if pace.progress(0) >= 1:  # its minutes are over
                break
        shadow.load_state_dict(ema.state)
        figures = validate(shadow, sampler, held)
        figures["score"] = score(figures)
        log.scalars((epoch + 1) * per_epoch, {**{f"loss_{n}": v / taken for n, v in totals.items()}, **figures})
        if figures["score"] > best:
            best, best_figures = figures["score"], figures
            if s.smoke or _better_than_saved(target, best):
                save_weights(target, shadow, params=PARAMS, command=COMMAND, figures=figures)
        save_checkpoint(
            s.run / "last.pt",
            {
                "net": net.state_dict(), "optimiser": optimiser.state_dict(), "spent": pace.spent(),
                "ema": ema.state, "ema_count": ema.count, "epoch": epoch + 1, "best": best, "figures": best_figures,
            },
        )  # fmt: skip
        if pace.progress(0) >= 1:
            break
    log.close()
    return best_figures


def _step(net: torch.nn.Module, optimiser: torch.optim.Optimizer, images: Tensor, targets: Targets) -> dict[str, float]:
    optimiser.zero_grad(set_to_none=True)
    dense, heads = _forward(net, images)
    parts = losses(dense, heads, targets.to(dense.device))
    total = torch.stack(list(parts.values())).sum()
    total.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    optimiser.step()
    return {name: float(value.detach()) for name, value in parts.items()}
