"""What several commands share: loading the pipeline, reading pictures, keeping what was understood, JSON."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

import typer

from tryon.errors import BadRequestError
from tryon.types import CATEGORIES

if TYPE_CHECKING:
    from tryon.pipeline import TryOnPipeline
    from tryon.types import Garment, Person

Kept = TypeVar("Kept")

DeviceOption = Annotated[str, typer.Option(help="cpu, or cuda where there is a GPU.")]
WeightsOption = Annotated[Path | None, typer.Option(help="Folder of the weights; the repository's own by default.")]

PHOTOS = ("auto", "flat", "worn")
# What an LRU cache of understood pictures may hold: about 400 MB with their masks and labels.
CACHE_PIXELS = 40_000_000


def load_pipeline(weights: Path | None, device: str) -> TryOnPipeline:
    """Load the networks.

    Raises:
        BadRequestError: an unknown device, or a GPU that is not there.
        WeightsError: weights are missing or damaged.
    """
    if device not in ("cpu", "cuda"):
        raise BadRequestError(f"--device is {device!r}. Use cpu or cuda.")
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise BadRequestError("--device is cuda, but no GPU can be used here. Use --device cpu.")
    from tryon import TryOnPipeline

    return TryOnPipeline.from_pretrained(weights, device=device)


def check_choice(option: str, value: str, choices: Sequence[str]) -> str:
    """The value itself, if it is among the choices.

    Raises:
        BadRequestError: it is not.
    """
    if value not in choices:
        raise BadRequestError(f"{option} is {value!r}. Use one of {', '.join(choices)}.")
    return value


def check_category(value: str, option: str = "--category") -> str:
    """A category or "auto", also for an empty value.

    Raises:
        BadRequestError: anything else.
    """
    return check_choice(option, value.strip().lower() or "auto", ("auto", *CATEGORIES))


@contextmanager
def stopwatch(milliseconds: dict[str, float], stage: str) -> Iterator[None]:
    """Add the time that the block takes to a stage."""
    started = time.perf_counter()
    yield
    milliseconds[stage] = milliseconds.get(stage, 0.0) + (time.perf_counter() - started) * 1000


def understand_person(pipeline: TryOnPipeline, path: Path, milliseconds: dict[str, float]) -> Person:
    """Decode and understand the photo of a person, noting the time of both."""
    from tryon.images import load_picture

    with stopwatch(milliseconds, "decode_person"):
        image = load_picture(path, what="photo of the person")
    with stopwatch(milliseconds, "understand_person"):
        return pipeline.understand_person(image)


def understand_garment(
    pipeline: TryOnPipeline, path: Path, milliseconds: dict[str, float], *, category: str = "auto", photo: str = "auto"
) -> Garment:
    """Decode and understand a garment's picture, noting the time of both."""
    from tryon.images import load_picture_with_alpha

    with stopwatch(milliseconds, "decode_garment"):
        image, alpha = load_picture_with_alpha(path, what="garment picture")
    with stopwatch(milliseconds, "understand_garment"):
        return pipeline.understand_garment(image, category=category, photo=photo, alpha_f32=alpha)


class RecentlySeen(Generic[Kept]):
    """What was understood of the last pictures, bounded by their pixels, so that memory is."""

    def __init__(self, max_pixels: int = CACHE_PIXELS) -> None:
        self._max = max_pixels
        self._items: OrderedDict[Any, tuple[Kept, int]] = OrderedDict()

    def get(self, key: Any, make: Callable[[], Kept], pixels: Callable[[Kept], int]) -> Kept:
        """What is kept under the key, or else what ``make`` returns, which is then kept."""
        if key in self._items:
            self._items.move_to_end(key)
            return self._items[key][0]
        value = make()
        self._items[key] = (value, pixels(value))
        while len(self._items) > 1 and sum(size for _, size in self._items.values()) > self._max:
            self._items.popitem(last=False)
        return value


def rounded(milliseconds: dict[str, float]) -> dict[str, float]:
    """Milliseconds to a tenth: more digits are noise."""
    return {stage: round(value, 1) for stage, value in milliseconds.items()}


def as_json(value: Any) -> str:
    """JSON for people and programs; nothing but finite numbers."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)


def unique_stems(paths: Sequence[Path], option: str) -> list[str]:
    """The files' names without their endings, which name the results.

    Raises:
        BadRequestError: two are the same, so that one result would overwrite the other.
    """
    stems = [path.stem for path in paths]
    twice = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twice:
        raise BadRequestError(f"Several {option} files are called {twice[0]!r}. Give each its own name.")
    return stems
