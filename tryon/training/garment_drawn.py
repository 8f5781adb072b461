"""Garments drawn from patterns: shards with exact masks, insides and landmarks for the garment network.

The cuts are random far beyond what looks well on a shelf, sleeves lie at different angles and over the
torso, so that the network learns what a cuff or an armpit is and not where it usually stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.garment.landmarks import LANDMARKS
from tryon.synth.bottoms import SkirtCut, TrouserCut, cut_skirt, cut_trousers
from tryon.synth.fabrics import Fabric
from tryon.synth.flat import Look, Print, Studio, draw_flat
from tryon.synth.pattern import FlatPattern, Piece
from tryon.synth.tops import Neck, TopCut, cut_top
from tryon.training.garment_targets import DRAWN, UNKNOWN, attribute_targets
from tryon.training.prepare_garments import CACHE_HEIGHT, CACHE_WIDTH, REPOSITORY, write_shard
from tryon.types import SleeveLength

NECKS: tuple[Neck, ...] = ("crew", "v", "scoop", "turtle", "shirt", "polo", "hood", "strap", "boat")
NECKLINES = {
    "crew": "round", "v": "v", "scoop": "scoop", "turtle": "high", "shirt": "collar", "polo": "collar", "hood": "hood",
    "boat": "boat",
}  # fmt: skip
DRESS_CM, SKIRT_CM = (90.0, 104.0), (46.0, 64.0)  # lengths from which one reaches the knee, and the calf
PATTERNS = ("plain", "stripes", "pinstripes", "checks", "gingham", "dots", "floral", "leaves", "melange", "zigzag")
WEAVES = ("jersey", "knit", "rib", "denim", "twill", "linen", "fleece", "satin")
PRINTS = ("sunset", "wave", "bloom", "college", "badge")


@dataclass(frozen=True)
class DrawnSettings:
    """How many garments to draw, and where to."""

    out: Path = field(default=REPOSITORY / "data" / "garments", metadata={"help": "folder for the shards"})
    count: int = field(default=1600, metadata={"help": "garments to draw; about as many as believed photos"})
    shard: int = field(default=800, metadata={"help": "garments a shard"})
    seed: int = field(default=7, metadata={"help": "of all random choices"})


def random_top(rng: np.random.Generator) -> tuple[FlatPattern, dict[str, str]]:
    """An upper or a dress of a random cut, with sleeves that need not lie alike, and its attributes."""
    sleeve: SleeveLength = rng.choice(["none", "short", "three_quarter", "long"], p=[0.25, 0.3, 0.1, 0.35])
    dress = bool(rng.random() < 0.3)
    necks = [n for n in NECKS if (n != "strap" or sleeve == "none") and (n != "hood" or sleeve == "long")]
    neck: Neck = rng.choice(np.array(necks))
    shoulder = float(rng.uniform(14, 25)) if neck != "strap" else float(rng.uniform(10, 15))
    chest = shoulder + float(rng.uniform(1.5, 6)) if neck != "strap" else float(rng.uniform(18, 26))
    armpit = float(rng.uniform(17, 28))
    length = float(rng.uniform(78, 125)) if dress else float(rng.uniform(44, 80))
    waist = chest * float(rng.uniform(0.8, 1.02))
    hem = waist * float(rng.uniform(1.0, 2.1)) if dress else chest * float(rng.uniform(0.92, 1.2))
    reach = {"none": 0.0, "short": (12, 28), "three_quarter": (34, 44), "long": (48, 66)}[sleeve]
    neck_half = min(float(rng.uniform(6.5, 12)), shoulder - 3.5)
    cut = TopCut(
        neck=neck,
        neck_half=neck_half,
        neck_depth=float(rng.uniform(3, 10)) if neck not in ("v", "scoop", "strap") else float(rng.uniform(8, 20)),
        rib=float(rng.choice([0, 1.2, 2.0, 3.0])),
        shoulder_half=shoulder,
        shoulder_drop=float(rng.uniform(1.5, 7)),
        armpit_y=armpit,
        chest_half=chest,
        waist_half=waist,
        hem_half=hem,
        length=length,
        hem_sag=float(rng.uniform(-3, 3)),
        sleeve=sleeve,
        sleeve_length=float(rng.uniform(*reach)) if isinstance(reach, tuple) else 0.0,
        sleeve_deg=float(rng.uniform(8, 84)),
        cuff_width=float(rng.uniform(8, 13)) if sleeve == "long" else float(rng.uniform(11, 21)),
        cuff_rib=float(rng.choice([0, 0, 4, 6])) if sleeve == "long" else 0.0,
        hem_rib=float(rng.choice([0, 0, 0, 5])) if not dress else 0.0,
        dress=dress,
        waist_seam_y=armpit + float(rng.uniform(10, 20)) if dress and rng.random() < 0.6 else 0.0,
        placket=float(rng.uniform(10, 40)) if neck in ("shirt", "polo") else 0.0,
        chest_pocket=bool(rng.random() < 0.15),
        kangaroo=bool(neck == "hood" and rng.random() < 0.6),
        raglan=bool(rng.random() < 0.15),
    )
    pattern = cut_top(cut)
    attributes = {"sleeve": str(sleeve), "neckline": NECKLINES.get(str(neck), ""), "front": "closed"}
    if dress:
        attributes["leg"] = _reach(length, DRESS_CM)
    if neck != "hood":
        attributes["layer"] = "inner"
    if sleeve == "none" or rng.random() < 0.25:
        return pattern, attributes
    # sleeves that lie unlike, and now and then over the torso
    spread = 8.0 if sleeve == "short" else 25.0
    deg = cut.sleeve_deg + float(rng.normal(0, spread))
    other = cut_top(replace(cut, sleeve_deg=float(np.clip(deg, 5, 100 if sleeve == "long" else 80))))
    mixed = _right_sleeve_of(pattern, other)
    return _sleeves_on_top(mixed) if sleeve != "short" and rng.random() < 0.5 else mixed, attributes


def _reach(length_cm: float, steps: tuple[float, float]) -> str:
    """How far a skirt or dress of this length reaches."""
    return "short" if length_cm < steps[0] else "knee" if length_cm < steps[1] else "long"


def _is_right_sleeve(piece: Piece) -> bool:
    return piece.name in ("sleeve", "cuff") and float(piece.outline[:, 0].mean()) > 0


def _right_sleeve_of(pattern: FlatPattern, other: FlatPattern) -> FlatPattern:
    """A pattern with the other's right sleeve; the sleeves' seams are left out."""
    pieces = []
    for mine, theirs in zip(pattern.pieces, other.pieces, strict=True):
        pieces.append(theirs if _is_right_sleeve(mine) else mine)
    landmarks = dict(pattern.landmarks)
    landmarks |= {n: p for n, p in other.landmarks.items() if n in ("cuff_out_right", "cuff_in_right")}
    reach = abs(pattern.landmarks["shoulder_right"][0]) + 2.0
    lines = tuple(line for line in pattern.lines if float(np.abs(line.points[:, 0]).max()) <= reach + 8)
    return replace(pattern, pieces=tuple(pieces), landmarks=landmarks, lines=lines)


def _sleeves_on_top(pattern: FlatPattern) -> FlatPattern:
    sleeves = [p for p in pattern.pieces if p.name in ("sleeve", "cuff")]
    rest = [p for p in pattern.pieces if p.name not in ("sleeve", "cuff")]
    return replace(pattern, pieces=tuple(rest + sleeves))


def random_bottom(rng: np.random.Generator) -> tuple[FlatPattern, dict[str, str]]:
    """Trousers, shorts or a skirt of a random cut, and its attributes."""
    waist = float(rng.uniform(15, 26))
    if rng.random() < 0.35:
        hip = waist * float(rng.uniform(1.05, 1.4))
        skirt = SkirtCut(
            waist_half=waist,
            hip_half=hip,
            hem_half=hip * float(rng.uniform(0.85, 2.0)),
            length=float(rng.uniform(28, 90)),
            band=float(rng.uniform(2, 7)),
            sag=float(rng.uniform(0, 4)),
            waves=float(rng.uniform(0, 1.2)),
            wave_count=int(rng.integers(3, 9)),
            front_buttons=bool(rng.random() < 0.2),
        )
        return cut_skirt(skirt), {"leg": _reach(skirt.length, SKIRT_CM)}
    hip = waist * float(rng.uniform(1.05, 1.4))
    rise = float(rng.uniform(20, 36))
    inner = float(rng.uniform(6, 22)) if rng.random() < 0.5 else float(rng.uniform(35, 80))
    width = float(rng.uniform(0.45, 0.95)) * hip
    gap = float(rng.uniform(0.2, 12))
    pattern = cut_trousers(
        TrouserCut(
            waist_half=waist,
            hip_half=hip,
            rise=rise,
            length=rise + inner,
            thigh_gap=float(rng.uniform(0.2, 2.0)),
            leg_out=width + gap,
            leg_width=width,
            band=float(rng.uniform(2.5, 6)),
            jeans=bool(rng.random() < 0.5),
            drawstring=bool(rng.random() < 0.3),
            cuff_rib=float(rng.choice([0, 0, 5])),
            crease=bool(rng.random() < 0.2),
        )
    )
    return pattern, {"leg": str(pattern.leg)}


def _hex(rgb: NDArray[np.float64]) -> str:
    r, g, b = (int(v) for v in np.clip(rgb * 255, 0, 255))
    return f"#{r:02x}{g:02x}{b:02x}"


def random_look(rng: np.random.Generator) -> Look:
    """Fabrics, colours and prints at random; half of the garments are muted, as real ones are."""

    def colour() -> str:
        grey = float(rng.beta(0.8, 0.8))
        return _hex(np.clip(grey + rng.normal(0, rng.choice([0.03, 0.25]), 3), 0.02, 0.98))

    def fabric(colours: tuple[str, ...], patterned: bool) -> Fabric:
        return Fabric(
            colours,
            pattern=str(rng.choice(PATTERNS)) if patterned else "plain",  # type: ignore[arg-type]
            weave=str(rng.choice(WEAVES)),  # type: ignore[arg-type]
            scale_cm=float(rng.uniform(1.5, 12)),
            sheen=float(rng.choice([0, 0, 0.3])),
            seed=int(rng.integers(1000)),
        )

    palette = (colour(), colour(), colour())
    shell = fabric(palette, bool(rng.random() < 0.55))
    fabrics = {"shell": shell, "cord": fabric((colour(),), False), "button": fabric((colour(),), False)}
    for part in ("rib", "placket", "lining"):
        own = rng.random() < (0.25 if part == "lining" else 0.15)
        fabrics[part] = fabric((colour(), colour(), colour()), False) if own else replace(shell, pattern="plain")
    prints: tuple[Print, ...] = ()
    if rng.random() < 0.25:
        kind = str(rng.choice(PRINTS))
        prints = (Print(kind, tuple(colour() for _ in range(5)), width_cm=float(rng.uniform(12, 28))),)
    return Look(
        fabrics, prints, float(rng.uniform(0.05, 0.3)), float(rng.uniform(0.5, 2.0)), float(rng.uniform(0.7, 1.3))
    )


def draw_sample(rng: np.random.Generator) -> dict[str, object]:
    """One drawn garment as a shard's record (see ``prepare_garments``), with its ``inside``."""
    pattern, attributes = random_top(rng) if rng.random() < 0.72 else random_bottom(rng)
    studio = Studio(
        width=CACHE_WIDTH,
        height=CACHE_HEIGHT,
        supersample=1,  # the network sees it reduced again
        ground=_hex(np.full(3, float(rng.uniform(0.3, 0.97)))),
        fill=0.86,
        wobble_cm=float(rng.uniform(0.2, 0.8)),
        shadow=float(rng.uniform(0.1, 0.6)),
    )
    picture = draw_flat(pattern, random_look(rng), studio, rng)
    points = np.full((len(LANDMARKS), 2), np.nan, np.float32)
    for name, at in picture.landmarks_px.items():
        if name in LANDMARKS:
            points[LANDMARKS.index(name)] = at
    whole = np.maximum(picture.mask_u8, picture.inside_u8)
    seen = np.where(np.isfinite(points).all(1), 1, UNKNOWN).astype(np.int8)
    encode = lambda ext, a, *p: cv2.imencode(ext, a, *p)[1].reshape(-1)  # noqa: E731
    return {
        "id": f"drawn-{int(rng.integers(1 << 40)):010x}",
        "jpeg": encode(".jpg", picture.image_u8[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 94]),
        "mask": encode(".png", whole),
        "inside": encode(".png", picture.inside_u8),
        "landmarks": points,
        "visible": seen,
        "label": UNKNOWN,
        "attributes": attribute_targets(attributes),
        "source": DRAWN,
        "mask_good": True,
        "plain": True,
        "validation": bool(rng.random() < 0.06),
    }


def draw_garments(settings: DrawnSettings) -> list[Path]:
    """Write the shards ``drawn_00.npz``, …; each garment comes from a generator of its own number."""
    settings.out.mkdir(parents=True, exist_ok=True)
    paths = []
    for start in range(0, settings.count, settings.shard):
        numbers = range(start, min(start + settings.shard, settings.count))
        records = [draw_sample(np.random.default_rng((settings.seed, number))) for number in numbers]
        path = settings.out / f"drawn_{start // settings.shard:02d}.npz"
        write_shard(path, records)
        paths.append(path)
        print(f"{path.name}: {len(records)} garments", flush=True)
    return paths
