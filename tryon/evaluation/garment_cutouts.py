"""Validation pictures with known cut-outs: checked cut-outs on other grounds, and rendered garments.

The cut-outs are classical ones of validation photos that a person has looked at (``CHECKED``); the photographed
grounds are other validation photos' own, so that nothing here has been trained on.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.garment.landmarks import LANDMARKS
from tryon.synth.cloth_choice import ClothChoice
from tryon.synth.covers import Cover, CoverKind, draw_cover, sample_cover
from tryon.synth.shards import Shard
from tryon.training.garment_augment import draw_hanger
from tryon.training.garment_rendered import covers_of, draw_rendered
from tryon.training.garment_targets import rendered_attributes
from tryon.training.prepare_garments import PrepareSettings, is_validation, teach
from tryon.types import GARMENT_LABELS, RGBu8

GroundName = Literal["bedspread", "wood", "white", "photo", "same colour", "door"]
GROUNDS: tuple[GroundName, ...] = ("bedspread", "wood", "white", "photo", "same colour", "door")
_COVER: dict[GroundName, CoverKind] = {
    "bedspread": "bed", "wood": "wood", "white": "white", "photo": "photo", "same colour": "paper", "door": "wall",
}  # fmt: skip
SIDE = 384  # long side of the pictures with pasted cut-outs: the teachers' own
RENDERED_SIZE = (512, 384)  # of the rendered ones
# first characters of the ids of validation photos whose cut-out is right
CHECKED = """
    01ace8 0406b6 05a8b1 061b69 09ef66 0a86d8 14a739 150392 163564 164900 1b00c8 1c6031 1faab1 2110c5 22ee23
    2bf88e 2cc6e5 2e661f 2fc2cb 334bc6 37a0cf 393a3e 411a28 4125a2 427627 4321f0 451b43 456913 4776b9 4827d1
    4de87d 4fd981 52a96b 53c395 570bbc 599279 599975 59da8e 5e0c1b 5f9833 62384b 629038 6360b2 69e7ec 6df15f
    6f904e 711549 7183e0 725b05 74c9c4 78a8a9 7e77ec 80915b 821948 83d7ef 84d794 8b2ef3 8b2f6c 8b9166 8ced13
    91b1ab 94d294 973351 9bdac0 9cb9ae 9db35e a0f299 a1733d a1a6c9 a2fb23 abca46 ad44c6 ad7af6 ad82f2 adeda6
    b15f70 b16414 b2279d b524ee b59e4d bbf0d9 bc5487 be545b be5eee beed31 bf9798 bfb69b c0df1d c1901a c1df04
    c27d2f c3a0f2 c3c72b c6cdf1 cbf453 d2613a d3ed31 d461d9 d480e1 d978eb da6ea9 dbd8d1 dc5a3a e84c82 ea4fad
    f315fe f4f597 f596ad f638fa f80d94 f84e9e fa1362 fb90ad fdee18 fe9583 ff231d ff83e4
""".split()


@dataclass(frozen=True)
class Pasted:
    """A checked cut-out on another ground. mask: (h, w) bool, exact. name: the photo's id."""

    image_u8: RGBu8
    mask: NDArray[np.bool_]
    ground: GroundName
    name: str


@dataclass(frozen=True)
class Drawn:
    """A rendered garment that no training picture shows.

    mask, inside: (h, w) bool, the whole garment and the inside of its back. points: by name, picture pixels.
    seen: by name. attributes: of ``ATTRIBUTES``, those that it has. view: laid, hung or ghost.
    """

    image_u8: RGBu8
    mask: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    points: dict[str, tuple[float, float]]
    seen: dict[str, bool]
    category: str
    label: str
    attributes: dict[str, str]
    view: str
    name: str


def pasted_garments(data: Path, grounds: Path, limit: int = 0) -> Iterator[Pasted]:
    """The checked cut-outs, each on one ground after another, in the order of their ids.

    Args:
        data: folder of the open data. grounds: folder of photographed grounds (may be empty: then without them).
        limit: cut-outs (0: all).
    """
    rows = sorted(csv.DictReader((data / "garments" / "garments.csv").open()), key=lambda r: r["image"])
    rows = [r for r in rows if is_validation(r["image"]) and r["image"][:6] in CHECKED and r["label"] in GARMENT_LABELS]
    library = covers_of(grounds, validation=True)
    names = [g for g in GROUNDS if g != "photo" or library.flats]
    for number, row in enumerate(rows[: limit or None]):
        bgr = cv2.imread(str(data / "garments" / "photos" / f"{row['image']}.jpg"))
        if bgr is None:
            continue
        s = min(1.0, SIDE / max(bgr.shape[:2]))
        small = cv2.cvtColor(cv2.resize(bgr, None, fx=s, fy=s, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)
        image = np.asarray(small, np.uint8)
        mask = teach(image, row["label"], PrepareSettings()).mask
        if not mask.any():
            continue
        rng = np.random.default_rng(int(hashlib.sha1(row["image"].encode()).hexdigest()[:8], 16))
        ground = names[number % len(names)]
        colour = np.asarray(np.median(image[mask], 0), np.float32)
        cover = sample_cover(rng, library, (_COVER[ground],))
        if ground == "same colour":
            near = np.clip((colour / 255) ** 2.2 * np.exp(rng.normal(0, 0.08, 3)), 0.01, 1)
            cover = Cover("paper", (float(near[0]), float(near[1]), float(near[2])), seed=cover.seed)
        light, _ = draw_cover(cover, library, (image.shape[0], image.shape[1]))
        yield Pasted(_paste(image, mask, light, ground == "door", rng), mask, ground, row["image"])


def _paste(
    image: RGBu8, mask: NDArray[np.bool_], light: NDArray[np.float32], hanger: bool, rng: np.random.Generator
) -> RGBu8:
    under = (255 * np.clip(light, 0, 1) ** (1 / 2.2)).astype(np.float32)
    alpha = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)
    dx, dy = rng.normal(0, 3, 2)
    shadow = cv2.warpAffine(alpha, np.array([[1, 0, dx], [0, 1, dy]]), (alpha.shape[1], alpha.shape[0]))
    under *= 1 - float(rng.uniform(0.1, 0.45)) * cv2.GaussianBlur(shadow, (0, 0), 4)[..., None]
    under += rng.normal(0, 2, (*under.shape[:2], 1))
    if hanger:
        draw_hanger(under, (mask * 255).astype(np.uint8), rng)
    out = np.clip(image * alpha[..., None] + under * (1 - alpha[..., None]), 0, 255).astype(np.uint8)
    code = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, 90])[1]
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)


def drawn_garments(
    records: Path, grounds: Path, cloths: Path, *, views: tuple[str, ...] = ("laid", "hung", "ghost"), limit: int = 0
) -> Iterator[Drawn]:
    """Pictures of the validation shards' garments: designs, cloths' cuts and grounds that training never shows.

    Args:
        records, grounds, cloths: folders of the data engine.
        views: which pictures. limit: garments of each shard (0: all).
    """
    library, choice = covers_of(grounds, validation=True), ClothChoice.open(cloths, RENDERED_SIZE)
    known: set[str] = set()
    for path in sorted(records.glob("records_*.zip")):
        shard = Shard(path)
        if shard.facts.get("split") != "validation":
            continue
        for k in range(len(shard.garments) if not limit else min(limit, len(shard.garments))):
            info = shard.garment(k)
            if info.id in known:
                continue
            known.add(info.id)
            for view in info.views:
                if view.kind not in views:
                    continue
                rng = np.random.default_rng((5, int(shard.facts["number"]), k, len(view.kind)))
                image, mask, inside, points, seen = draw_rendered(
                    info, view, choice, library, rng, folded=0.4, size=RENDERED_SIZE
                )
                have = [i for i in range(len(LANDMARKS)) if np.isfinite(points[i]).all()]
                yield Drawn(
                    image,
                    mask > 127,
                    inside > 127,
                    {LANDMARKS[i]: (float(points[i, 0]), float(points[i, 1])) for i in have},
                    {LANDMARKS[i]: bool(seen[i] == 1) for i in have},
                    info.category,
                    info.label,
                    {n: v for n, v in rendered_attributes(info).items() if v},
                    view.kind,
                    info.id,
                )
