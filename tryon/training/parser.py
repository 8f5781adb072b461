"""Training of the parsing network on labelled photos."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader

from tryon.errors import BadRequestError
from tryon.evaluation.parsing_figures import parsing_figures
from tryon.models.lite_unet import LiteUNet, LiteUNetParams
from tryon.models.precision import inference_dtype
from tryon.models.weights import read_weights, save_weights
from tryon.person.parsing import MIRRORED_INPUTS, PARSER_CHANNELS, Parser
from tryon.settings import open_data_dir, setting
from tryon.training.example_pool import ExamplePool
from tryon.training.occluders import Occluders
from tryon.training.other_cloths import OtherCloths
from tryon.training.parser_examples import ExampleSource, ParserBatches
from tryon.training.people_data import (
    PersonRecord,
    find_people,
    read_people,
)
from tryon.training.pretrained import load_lite0_encoder
from tryon.training.pseudo_labels import IGNORED, with_pseudo_labels
from tryon.training.pseudo_labels import NAME as PSEUDO_LABELS
from tryon.training.rendered_people import RenderedPeople
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
from tryon.training.several import gather_team
from tryon.types import LABELS, MIRRORED_LABELS

_KEPT = 8  # batches whose examples are kept for use again, of each size


@dataclass(frozen=True)
class ParserSettings:
    """What one run of the parser's training is made of."""

    data: Path = setting(open_data_dir(), "folder of the open data (or TRYON_DATA), if there are no shards yet")
    people: Path = setting(Path("data/people"), "folder of the people shards")
    rendered: Path | None = setting(None, "folder of rendered records (python -m tryon synth) to train on besides")
    rendered_share: float = setting(0.5, "share of the examples that are rendered, where there are records; 1: all")
    pseudo_share: float = setting(0.1, "share of the photos that carry pseudo-labels, where there are any")
    cloths_share: float = setting(0.6, "share of the photos whose clothes get other colours and cloths")
    large_share: float = setting(0.3, "share of the updates at the resolution of run time; more towards the end pays")
    start: str = setting("", "weights files to start from instead of ImageNet, separated by commas: from their mean")
    distil: float = setting(0.0, "weight of what the start files say of a picture and its mirror image, averaged")
    run: Path = setting(Path("runs/parser"), "folder for logs and checkpoints")
    out: Path = setting(Path("weights/parser.safetensors"), "where the best weights go")
    steps: int = setting(
        2700, "updates in all; 2,700 of 12 pictures are 40 epochs; 0 writes the mean of the start files"
    )
    batch: int = setting(12, "pictures an update")
    reuse: int = setting(1, "how often an example is used; more than once pays on a GPU")
    rate: float = setting(1e-3, "peak learning rate of the one-cycle schedule")
    seed: int = setting(1, "seed of everything random")
    minutes: float = setting(0.0, "stop cleanly after so many minutes; 0: when done")
    every: int = setting(300, "updates between validations")
    threads: int = setting(0, "CPU threads; 0: all")
    workers: int = setting(1, "loader processes")
    resume: bool = setting(True, "go on from the last checkpoint")
    smoke: bool = setting(False, "a run of seconds on a few pictures")
    device: str = setting("auto", "cpu, cuda or auto")


def parsing_loss(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Cross-entropy with class weights plus the soft Dice loss of the classes present.

    Args:
        logits: (B, 13, h, w). labels: (B, h, w) int64, IGNORED where nothing is known. weights: (13,).
    """
    ce = F.cross_entropy(logits, labels, weight=weights, ignore_index=IGNORED, label_smoothing=0.03)
    known = (labels != IGNORED)[:, None]
    p = torch.softmax(logits, 1) * known
    target = F.one_hot(labels.masked_fill(~known[:, 0], 0), logits.shape[1]).permute(0, 3, 1, 2).float() * known
    inter, total = (p * target).sum((0, 2, 3)), (p + target).sum((0, 2, 3))
    present = target.sum((0, 2, 3)) > 0
    dice = 1 - (2 * inter[present] + 1) / (total[present] + 1)
    return ce + 0.5 * dice.mean()


class MirrorTeacher:
    """Frozen networks that answer by their mean over a picture and its mirror image.

    Two looks are better than one, and two networks of different trainings are better than each, but they cost as many
    times the time: a network that learns their mean has most of it in one look (Hinton et al. 2015).
    """

    def __init__(self, *nets: LiteUNet) -> None:
        self._nets = [copy.deepcopy(net).eval() for net in nets]

    @torch.no_grad()
    def __call__(self, x: Tensor) -> Tensor:
        """Probabilities (B, 13, h/2, w/2) for inputs (B, 17, h, w)."""
        mirrored = x[:, list(MIRRORED_INPUTS)].flip(-1).contiguous(memory_format=torch.channels_last)
        total: Tensor | float = 0.0
        for net in self._nets:
            one = torch.softmax(net(x)[0].float(), 1)
            two = torch.softmax(net(mirrored)[0].float(), 1)[:, list(MIRRORED_LABELS)].flip(-1)
            total = total + one + two
        return torch.as_tensor(total) / (2 * len(self._nets))


def class_weights(records: list[PersonRecord]) -> Tensor:
    """Inverse cube root of each class's share: the rare ones count more, but not wildly."""
    counts = np.zeros(len(LABELS))
    for r in records:
        assert r.labels_u8 is not None
        counts += np.bincount(r.labels_u8[::4, ::4].ravel(), minlength=len(LABELS))[: len(LABELS)]
    w = (counts.sum() / np.maximum(counts, 1)) ** (1 / 3)
    return torch.tensor(np.clip(w / w[0], 1, 5), dtype=torch.float32)


@torch.no_grad()
def undo_class_weights(net: LiteUNet, weights: Tensor) -> None:
    """Make a parser that was trained with class weights answer with the classes' own probabilities, in place.

    Weighted cross-entropy ends at weight times probability; taking log(weight) off the last bias undoes it (logit
    adjustment, Menon et al. 2020, arXiv 2007.07314). It gains two points of hair and skin: no rims of rare classes.
    """
    assert net.dense.bias is not None
    net.dense.bias -= weights.log().to(net.dense.bias)


def new_parser() -> LiteUNet:
    """An untrained parser on the pre-trained encoder."""
    net = LiteUNet(LiteUNetParams(in_channels=PARSER_CHANNELS, dense_channels=len(LABELS), context=True))
    load_lite0_encoder(net.encoder)
    return net


def _pseudo(settings: ParserSettings) -> list[PersonRecord]:
    """The pseudo-labelled photos, if there are any and they are wanted."""
    if settings.smoke or settings.pseudo_share <= 0 or not (settings.people / PSEUDO_LABELS).is_file():
        return []
    return with_pseudo_labels(read_people(settings.people, labelled=False), settings.people)


def load_start(net: LiteUNet, path: Path) -> None:
    """Take over all weights of a file that fit; those that the file lacks stay as they are.

    Raises:
        WeightsError: the file is missing or damaged. BadRequestError: it holds nothing that fits.
    """
    own = net.state_dict()
    fitting = {k: v for k, v in read_weights(path)[0].items() if k in own and own[k].shape == v.shape}
    if len(fitting) < len(own) // 2:
        raise BadRequestError(f"{path.name} is of another network: {len(fitting)} of {len(own)} tensors fit.")
    net.load_state_dict(fitting, strict=False)


def load_starts(paths: str, weights: Tensor) -> list[LiteUNet]:
    """A parser from each weights file, as training with class weights (13,) sees it.

    Raises:
        WeightsError, BadRequestError: see ``load_start``.
    """
    nets = []
    for path in (Path(part.strip()) for part in paths.split(",") if part.strip()):
        nets.append(new_parser())
        load_start(nets[-1], path)
        undo_class_weights(nets[-1], 1 / weights.cpu())
    return nets


@torch.no_grad()
def take_mean(net: LiteUNet, nets: Sequence[LiteUNet]) -> None:
    """Give a network the mean of others' weights, in place.

    Networks that went on from the same one meet in one valley: their mean is better than each (Wortsman et al. 2022,
    arXiv 2203.05482).
    """
    states = [other.state_dict() for other in nets]
    net.load_state_dict(
        {
            name: torch.stack([state[name] for state in states]).mean(0) if first.is_floating_point() else first
            for name, first in states[0].items()
        }
    )


def _judged(state: dict[str, Tensor], weights: Tensor) -> LiteUNet:
    """A parser for use, on the CPU, from weights of the training, which sees class weights (13,)."""
    judge = new_parser()
    judge.load_state_dict({k: v.cpu() for k, v in state.items()})
    undo_class_weights(judge, weights.cpu())
    return judge


def _write(net: LiteUNet, weights: Tensor, held: list[PersonRecord], out: Path) -> dict[str, float]:
    """Measure a network as it is and write it; returns the figures."""
    judge = _judged(net.state_dict(), weights)
    figures = parsing_figures(Parser(judge), held)
    save_weights(out, judge, params=judge.params, command="python -m tryon train parser", figures=figures)
    return figures


class _Pools:
    """The examples of each window size, of which each is used ``reuse`` times."""

    def __init__(self, settings: ParserSettings, device: str) -> None:
        self._reuse, self._device, self._seed = settings.reuse, device, settings.seed
        self._size = _KEPT * settings.batch if settings.reuse > 1 else 0
        self._pools: dict[tuple[int, ...], ExamplePool] = {}

    def draw(self, fresh: Sequence[Tensor]) -> list[Tensor]:
        """A batch of ``reuse`` times as many examples as there are new ones."""
        shape = tuple(fresh[0].shape[1:])
        if shape not in self._pools:
            self._pools[shape] = ExamplePool(self._size, self._device, self._seed)
        return self._pools[shape].draw(fresh, self._reuse * len(fresh[0]))


def train_parser(settings: ParserSettings) -> dict[str, float]:
    """Train the parser and write its best weights.

    Returns:
        The best validation figures (see ``parsing_figures``).
    """
    if settings.threads:
        torch.set_num_threads(settings.threads)
    seed_all(settings.seed)
    team, device = gather_team(choose_device(settings.device))
    smoke_run = team.own_folder(settings.run) if settings.smoke else None
    records = find_people(settings.people, settings.data, smoke_run=smoke_run)
    train = [r for r in records if not r.validation]
    held = [r for r in records if r.validation][: 2 if settings.smoke else None] or train[:2]
    rendered = RenderedPeople(settings.rendered) if settings.rendered is not None else None
    steps, every = (4, 4) if settings.smoke else (settings.steps, settings.every)
    weights = class_weights(train).to(device)
    net = new_parser()
    starts = load_starts(settings.start, weights)
    if starts:
        take_mean(net, starts)
    net = net.to(device, memory_format=torch.channels_last)
    teacher = None
    if settings.distil and starts:
        teacher = MirrorTeacher(*(other.to(device, memory_format=torch.channels_last) for other in starts))
    decay = [p for p in net.parameters() if p.ndim > 1]
    rest = [p for p in net.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.02}, {"params": rest, "weight_decay": 0.0}])
    ema, step, best, spent = Ema(net, 0.998), 0, float("-inf"), 0.0
    log = RunLog(team.own_folder(settings.run), settings)
    if settings.resume and not settings.smoke and (saved := load_checkpoint(settings.run / "last.pt")) is not None:
        net.load_state_dict(saved["net"])
        optimizer.load_state_dict(saved["optimizer"])
        ema.state, ema.count = {k: v.to(device) for k, v in saved["ema"].items()}, saved["ema_count"]
        step, best, spent = saved["step"], saved["best"], saved.get("spent", 0.0)
    team.same_start(net)
    if steps == 0:
        if not starts:
            raise BadRequestError("Without updates there must be weights to take the mean of: --start A,B.")
        return _write(net, weights, held, settings.out)
    source = ExampleSource(
        train, _pseudo(settings), settings.pseudo_share, rendered, settings.rendered_share, Occluders(train),
        OtherCloths(train) if settings.cloths_share > 0 else None, settings.cloths_share, settings.large_share,
    )  # fmt: skip
    batches = iter(
        DataLoader(
            ParserBatches(source, settings.batch / settings.reuse, team.seed(settings.seed + step)),
            batch_size=None,
            num_workers=0 if settings.smoke else settings.workers,
        )
    )
    bf16 = device != "cpu" or inference_dtype() == torch.bfloat16
    figures: dict[str, float] = {}
    pools = _Pools(settings, device)
    pace = Pace(steps, settings.minutes, spent)
    started, total, since = time.monotonic(), 0.0, 0
    over = False
    while step < steps and not over:
        rate = settings.rate * one_cycle(pace.progress(step))
        for group in optimizer.param_groups:
            group["lr"] = rate
        x, y = pools.draw(next(batches))
        net.train()
        with torch.autocast(device.split(":")[0], torch.bfloat16, enabled=bf16):
            logits, _ = net(x.to(memory_format=torch.channels_last))
            taught = teacher(x.to(memory_format=torch.channels_last)) if teacher is not None else None
        loss = parsing_loss(logits.float(), y, weights)
        if taught is not None:
            loss = loss - settings.distil * (taught * F.log_softmax(logits.float(), 1)).sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        team.average_gradients(net.parameters())
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        team.average_statistics(net)
        ema.update(net)
        step += 1
        since += 1
        total += loss.item()
        check_finite(step, {"loss": total})
        over = team.agree(pace.progress(0) >= 1)
        if not team.leads:
            continue
        if step % 50 == 0:
            print(f"step {step} loss {loss.item():.3f} {(time.monotonic() - started) / 50:.2f} s/step", flush=True)
            started = time.monotonic()
        if step % every == 0 or step == steps or over:
            judge = _judged(ema.state, weights)
            figures = parsing_figures(Parser(judge), held)
            log.scalars(step, {"loss": total / since, "rate": rate, **figures})
            total, since = 0.0, 0
            if figures["mean_iou"] > best:
                best = figures["mean_iou"]
                command = "python -m tryon train parser"
                target = settings.run / "smoke.safetensors" if settings.smoke else settings.out
                save_weights(target, judge, params=judge.params, command=command, figures=figures)
            started = time.monotonic()
            state = {"net": net.state_dict(), "optimizer": optimizer.state_dict(), "ema": ema.state}
            facts = {"ema_count": ema.count, "step": step, "best": best, "spent": pace.spent()}
            save_checkpoint(settings.run / "last.pt", {**state, **facts})
    log.close()
    team.close()
    return figures
