"""Ideas: all that a designed garment is drawn from, as a few numbers that can be kept, mixed and walked between."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.models.designer import CLOTHS
from tryon.types import GARMENT_LABELS

F32 = NDArray[np.float32]
SHAPE_Z, CLOTH_Z, COLOUR_Z, CODES, CLOTH_CODES = 16, 48, 16, 5, 3
SEEDS = 1 << 31
# cloths that garments of a label are mostly made of; of all others each is as likely
OFTEN = {
    "Pants": ("plain", "plain", "photo", "pinstripes", "checks", "melange"),
    "Shorts": ("plain", "photo", "checks", "floral"),
    "Hoodie": ("plain", "melange", "photo", "stripes"), "Blazer": ("plain", "checks", "pinstripes", "melange", "photo"),
    "Outwear": ("plain", "photo", "melange", "checks"), "Undershirt": ("plain", "melange", "stripes"),
    "Polo": ("plain", "stripes", "melange", "photo"),
}  # fmt: skip


@dataclass(frozen=True)
class Sliders:
    """What a visitor moves; each does one thing, and 0 leaves the idea as it came.

    sleeve, length, fit, neck: -1..1, shorter or longer, narrower or wider. style: -1..1, the pattern fainter or
    bolder (the cloth's first code). hue: degrees -180..180. lightness, colour: -1..1, darker or lighter, greyer or
    stronger. scale: -1..1, the pattern half or twice as large.
    """

    sleeve: float = 0.0
    length: float = 0.0
    fit: float = 0.0
    neck: float = 0.0
    style: float = 0.0
    hue: float = 0.0
    lightness: float = 0.0
    colour: float = 0.0
    scale: float = 0.0

    def __post_init__(self) -> None:
        for f in dataclasses.fields(self):
            limit = 180.0 if f.name == "hue" else 1.0
            value = getattr(self, f.name)
            if not isinstance(value, (int, float)) or not abs(value) <= limit:
                raise BadRequestError(f"The slider {f.name} is {value!r}; it goes from {-limit:g} to {limit:g}.")


@dataclass(frozen=True)
class Idea:
    """A garment that can be drawn. seed: of folds and unevenness. label: one of GARMENT_LABELS. cloth: of CLOTHS.
    shape, pattern, dyes: latents (SHAPE_Z,), (CLOTH_Z,), (COLOUR_Z,) float32. codes: (CODES,) float32 in spreads, NaN
    where the designer chooses. cloth_codes: (CLOTH_CODES,) -1..1."""

    seed: int
    label: str
    cloth: str
    shape: F32
    pattern: F32
    dyes: F32
    codes: F32
    cloth_codes: F32
    sliders: Sliders = field(default_factory=Sliders)

    def moved(self, **sliders: float) -> Idea:
        """The idea with some sliders elsewhere.

        Raises:
            BadRequestError: a value out of range.
        """
        return dataclasses.replace(self, sliders=dataclasses.replace(self.sliders, **sliders))

    def to_json(self) -> str:
        """The idea as text, to keep."""
        values: dict[str, Any] = {"seed": self.seed, "label": self.label, "cloth": self.cloth}
        for name in ("shape", "pattern", "dyes", "codes", "cloth_codes"):
            values[name] = [None if np.isnan(v) else float(f"{v:.9g}") for v in getattr(self, name)]
        return json.dumps(values | {"sliders": dataclasses.asdict(self.sliders)}, separators=(",", ":"))


def new_idea(seed: int, label: str | None = None, cloth: str | None = None) -> Idea:
    """The idea of a seed; the same seed gives the same idea.

    Args:
        seed: 0 to SEEDS - 1. label: one of GARMENT_LABELS; None: the seed's own. cloth: one of CLOTHS; None likewise.

    Raises:
        BadRequestError: a seed, label or cloth that there is not.
    """
    if not 0 <= seed < SEEDS:
        raise BadRequestError(f"A seed is a whole number from 0 to {SEEDS - 1}; {seed} is not.")
    if label is not None and label not in GARMENT_LABELS:
        raise BadRequestError(f"There is no garment {label!r}. Use one of {', '.join(GARMENT_LABELS)}.")
    if cloth is not None and cloth not in CLOTHS:
        raise BadRequestError(f"There is no cloth {cloth!r}. Use one of {', '.join(CLOTHS)}.")
    rng = np.random.default_rng([seed, 11])
    own_label = list(GARMENT_LABELS)[int(rng.integers(len(GARMENT_LABELS)))]
    chosen = label or own_label
    draw = lambda n: np.clip(rng.standard_normal(n), -1.8, 1.8).astype(np.float32)  # noqa: E731 - rare draws look torn
    shape, pattern, dyes = draw(SHAPE_Z), draw(CLOTH_Z), draw(COLOUR_Z)
    cloth_codes = rng.uniform(-1, 1, CLOTH_CODES).astype(np.float32)
    choice = OFTEN.get(chosen, CLOTHS)
    own_cloth = choice[int(rng.integers(len(choice)))]
    unknown = np.full(CODES, np.nan, np.float32)
    return Idea(seed, chosen, cloth or own_cloth, shape, pattern, dyes, unknown, cloth_codes)


def idea_from_json(text: str) -> Idea:
    """Read what ``Idea.to_json`` wrote.

    Raises:
        BadRequestError: it is no idea.
    """
    sizes = {"shape": SHAPE_Z, "pattern": CLOTH_Z, "dyes": COLOUR_Z, "codes": CODES, "cloth_codes": CLOTH_CODES}
    try:
        values = json.loads(text)
        arrays = {n: np.array([np.nan if v is None else float(v) for v in values[n]], np.float32) for n in sizes}
        idea = Idea(
            int(values["seed"]), values["label"], values["cloth"], sliders=Sliders(**values["sliders"]), **arrays
        )
    except (ValueError, KeyError, TypeError):
        raise BadRequestError("This is no idea of the designer. Keep one with --keep and give that file.") from None
    wrong = [
        n for n, size in sizes.items() if arrays[n].shape != (size,) or np.nanmax(np.abs(arrays[n]), initial=0) > 9
    ]
    if wrong or idea.label not in GARMENT_LABELS or idea.cloth not in CLOTHS or not 0 <= idea.seed < SEEDS:
        raise BadRequestError("This is no idea of the designer: its numbers do not fit. Keep one with --keep.")
    return idea


def mix(a: Idea, b: Idea, share: float) -> Idea:
    """An idea between two.

    Args:
        a, b: any ideas. share: 0 is a, 1 is b. Label and kind of cloth are those of the nearer one; pattern, dyes,
            cut and sliders lie between.

    Raises:
        BadRequestError: a share outside 0..1.
    """
    if not 0 <= share <= 1:
        raise BadRequestError(f"The share of the second idea is {share:g}; it goes from 0 to 1.")
    near = a if share < 0.5 else b
    between = lambda x, y: _slerp(x, y, share)  # noqa: E731
    sliders = {
        f.name: (1 - share) * getattr(a.sliders, f.name) + share * getattr(b.sliders, f.name)
        for f in dataclasses.fields(Sliders)
    }
    return Idea(
        near.seed, near.label, near.cloth, between(a.shape, b.shape), between(a.pattern, b.pattern),
        between(a.dyes, b.dyes), near.codes, ((1 - share) * a.cloth_codes + share * b.cloth_codes).astype(np.float32),
        Sliders(**sliders),
    )  # fmt: skip


def walk(a: Idea, b: Idea, steps: int) -> list[Idea]:
    """``steps`` ideas from a to b, both included.

    Raises:
        BadRequestError: fewer than 2 steps, or more than 60.
    """
    if not 2 <= steps <= 60:
        raise BadRequestError(f"A walk has 2 to 60 steps; {steps} is not.")
    return [mix(a, b, k / (steps - 1)) for k in range(steps)]


def _slerp(a: F32, b: F32, share: float) -> F32:
    """Along the sphere, since latents live near one (White 2016); straight where they point alike."""
    na, nb = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    cosine = float(np.clip(a @ b / max(na * nb, 1e-9), -1, 1))
    angle = float(np.arccos(cosine))
    if angle < 1e-3 or np.pi - angle < 1e-3:
        return ((1 - share) * a + share * b).astype(np.float32)
    direction = (np.sin((1 - share) * angle) * a / na + np.sin(share * angle) * b / nb) / np.sin(angle)
    return (direction * ((1 - share) * na + share * nb)).astype(np.float32)
