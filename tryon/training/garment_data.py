"""Training samples of the garment network: garments moved, re-coloured, cropped, laid on other grounds.

Shards come from ``prepare_garments`` (photos), ``garment_drawn`` and ``garment_rendered``; each sample is made on
the fly (about 10 ms).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import TryOnError
from tryon.garment.landmarks import LANDMARKS
from tryon.training.garment_augment import (
    HEIGHT,
    WIDTH,
    choose_cut,
    cloth_patch,
    cut_off,
    draw_collar,
    draw_hanger,
    empty_ground,
    plain_scaling,
    random_camera,
    random_movement,
)
from tryon.training.garment_targets import DRAWN, REAL, RENDERED, UNKNOWN
from tryon.types import ATTRIBUTES

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
EMPTY_SHARE = 0.03  # of samples without any garment; more only slows the rest
CUT_SHARE = 0.13  # of garments that the picture's edge cuts
RENDERED_LABEL = 0.3  # weight of a rendered garment's label; the photos' own count 1
SWAPPED = [
    LANDMARKS.index(n.replace("_left", "_right") if n.endswith("left") else n.replace("_right", "_left"))
    for n in LANDMARKS
]
ARRAYS = (
    "landmarks", "visible", "label", "attributes", "source", "mask_good", "plain", "validation", "id",
)  # fmt: skip
NECK_LEFT, NECK_RIGHT = LANDMARKS.index("neck_left"), LANDMARKS.index("neck_right")


class GarmentDataError(TryOnError):
    """The prepared shards are missing."""

    code = "garment_data"


@dataclass
class GarmentRecords:
    """Decoded on demand: compressed pictures and masks with their annotations, N records."""

    jpeg: list[U8]
    mask: list[U8]
    inside: list[U8 | None]  # None: the back's inside is not known
    landmarks: F32  # (N, 19, 2), NaN where not known
    visible: NDArray[np.int8]  # (N, 19), 1, 0, or -1 where not known
    label: NDArray[np.int64]  # -1 where drawn
    attributes: NDArray[np.int64]  # (N, 5), index into each of ATTRIBUTES, -1 where not known
    source: NDArray[np.int64]  # REAL, DRAWN or RENDERED
    mask_good: NDArray[np.bool_]
    plain: NDArray[np.bool_]
    validation: NDArray[np.bool_]
    ids: list[str]

    def __len__(self) -> int:
        return len(self.jpeg)

    def picture(self, i: int) -> U8:
        """(320, 240, 3) uint8 RGB."""
        return np.ascontiguousarray(cv2.imdecode(self.jpeg[i], cv2.IMREAD_COLOR)[..., ::-1])

    def mask_of(self, i: int) -> U8:
        """(320, 240) uint8 0..255, the garment with the inside of its back."""
        return np.asarray(cv2.imdecode(self.mask[i], cv2.IMREAD_GRAYSCALE), np.uint8)

    def inside_of(self, i: int) -> U8 | None:
        """(320, 240) uint8 0..255, the inside of the back, where known."""
        blob = self.inside[i]
        return None if blob is None else np.asarray(cv2.imdecode(blob, cv2.IMREAD_GRAYSCALE), np.uint8)


def load_records(folder: Path) -> GarmentRecords:
    """Read all shards ``garments_*.npz``, ``drawn_*.npz`` and ``rendered_*.npz`` of a folder.

    Raises:
        GarmentDataError: there is none, or one is of an older version.
    """
    paths = [p for kind in ("garments", "drawn", "rendered") for p in sorted(folder.glob(f"{kind}_??.npz"))]
    if not paths:
        raise GarmentDataError(f"No prepared garments in {folder}: run prepare_garments and draw_garments first.")
    jpeg: list[U8] = []
    mask: list[U8] = []
    inside: list[U8 | None] = []
    joined: dict[str, list[NDArray[np.generic]]] = {}
    for path in paths:
        with np.load(path) as shard:
            jpeg += np.split(shard["jpeg"], shard["jpeg_end"][:-1])
            mask += np.split(shard["mask"], shard["mask_end"][:-1])
            count = len(shard["jpeg_end"])
            known: list[U8 | None] = [None] * count
            if "inside" in shard:
                known = list(np.split(shard["inside"], shard["inside_end"][:-1]))
            inside += known
            if "attributes" not in shard:
                raise GarmentDataError(f"{path.name} is of an older version: delete it and prepare the garments again.")
            for name in ARRAYS:
                joined.setdefault(name, []).append(shard[name])
    a = {name: np.concatenate(parts) for name, parts in joined.items()}
    return GarmentRecords(
        jpeg, mask, inside, a["landmarks"].astype(np.float32), a["visible"].astype(np.int8),
        a["label"].astype(np.int64), a["attributes"].astype(np.int64), a["source"].astype(np.int64),
        a["mask_good"].astype(bool), a["plain"].astype(bool), a["validation"].astype(bool), [str(i) for i in a["id"]],
    )  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """One input and its targets; weights are 0 where a target is not known.

    image: (256, 192, 3) uint8. mask, inside: (128, 96) float32. points: (19, 2) in input pixels,
    NaN where not known. visible: (19,) 1, 0, or -1 where not known. attributes: (5,), -1 where not known.
    """

    image: U8
    mask: F32
    inside: F32
    mask_weight: float
    inside_weight: float
    points: F32
    visible: NDArray[np.int8]
    label: int
    label_weight: float
    attributes: NDArray[np.int64]


class GarmentSampler:
    """Makes augmented samples from records; grounds and cloths are taken from the training photos."""

    def __init__(self, records: GarmentRecords, rng: np.random.Generator, *, pool: int = 300) -> None:
        self.records = records
        usable = np.flatnonzero((records.source == REAL) & records.mask_good & ~records.validation)
        self.grounds: list[U8] = []
        self.cloths: list[U8] = []
        for i in rng.permutation(usable)[:pool]:
            image, mask = records.picture(int(i)), records.mask_of(int(i))
            self.grounds.append(empty_ground(image, mask))
            if (patch := cloth_patch(image, mask)) is not None:
                self.cloths.append(patch)

    def ground(self, rng: np.random.Generator, near: F32) -> U8:
        """A random ground (256, 192, 3): a photo's, plain, or near the garment's own colour ``near``."""
        pick = rng.random()
        if pick < 0.55 and self.grounds:
            image = self.grounds[int(rng.integers(len(self.grounds)))]
            s = float(rng.uniform(0.55, 1.0))
            h, w = int(image.shape[0] * s), int(image.shape[1] * s)
            y, x = int(rng.integers(image.shape[0] - h + 1)), int(rng.integers(image.shape[1] - w + 1))
            cut = cv2.resize(image[y : y + h, x : x + w], (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
            return np.asarray(cut[:, ::-1] if rng.random() < 0.5 else cut, np.uint8)
        if pick < 0.78:
            colour = np.full(3, rng.uniform(205, 255)) + rng.normal(0, 4, 3)
        elif pick < 0.88:
            colour = near + rng.normal(0, 14, 3)
        else:
            colour = rng.uniform(10, 245, 3)
        ramp = np.linspace(-1, 1, HEIGHT)[:, None] * rng.normal(0, 8) + np.linspace(-1, 1, WIDTH)[None] * rng.normal(
            0, 8
        )
        noise = rng.normal(0, rng.uniform(0, 3), (HEIGHT, WIDTH, 1))
        return np.clip(colour + ramp[..., None] + noise, 0, 255).astype(np.uint8)

    def sample(self, i: int, rng: np.random.Generator, *, augment: bool = True) -> Sample:
        """Record ``i`` as a sample; without ``augment`` only scaled."""
        if augment and rng.random() < EMPTY_SHARE:
            return self._empty(rng)
        r = self.records
        image, mask, inside = r.picture(i), r.mask_of(i), r.inside_of(i)
        points, visible = r.landmarks[i].copy(), r.visible[i].copy()
        good, inside_known = bool(r.mask_good[i]), inside is not None
        inside = np.zeros_like(mask) if inside is None else inside
        cut = None
        if augment:
            image, mask, inside, inside_known = self._vary(i, image, mask, inside, inside_known, rng)
            share = {REAL: 0.3, DRAWN: 0.85, RENDERED: 0.25}[int(r.source[i])]
            laid = good and rng.random() < share
            cut = choose_cut(mask, rng) if good and rng.random() < CUT_SHARE else None
            frame = mask if cut is None else cut.keep(mask)
            ends = points if cut is None else np.concatenate([points, cut.at[None]])
            map_x, map_y, ends = random_movement(frame if good else None, ends, rng, shrink=laid)
            points = ends[: len(points)]
        else:
            map_x, map_y, points = plain_scaling(points)
        image = cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        mask = cv2.remap(mask, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        inside = cv2.remap(inside, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        off = np.zeros(len(points), bool)
        if augment:
            if laid:
                image = self._lay_on_ground(image, mask, rng)
            if cut is not None:
                image, mask, inside, off = cut_off(image, mask, inside, points, cut.side, ends[-1])
            image = random_camera(image, rng)
            if rng.random() < 0.5:
                image, mask, inside = image[:, ::-1], mask[:, ::-1], inside[:, ::-1]
                points, visible, off = points[SWAPPED], visible[SWAPPED], off[SWAPPED]
                points[:, 0] = WIDTH - 1 - points[:, 0]
        half = (WIDTH // 2, HEIGHT // 2)
        small = [cv2.resize(np.ascontiguousarray(m), half, interpolation=cv2.INTER_AREA) for m in (mask, inside)]
        off |= (points < -2).any(1) | (points[:, 0] > WIDTH + 1) | (points[:, 1] > HEIGHT + 1)
        visible[off & np.isfinite(points).all(1)] = 0
        points[off] = np.nan
        return Sample(
            np.ascontiguousarray(image), small[0].astype(np.float32) / 255, small[1].astype(np.float32) / 255,
            float(good), float(inside_known), points, visible, int(r.label[i]),
            RENDERED_LABEL if r.source[i] == RENDERED else 1.0, r.attributes[i],
        )  # fmt: skip

    def _vary(
        self, i: int, image: U8, mask: U8, inside: U8, inside_known: bool, rng: np.random.Generator
    ) -> tuple[U8, U8, U8, bool]:
        """Other cloth on drawn garments, a drawn back collar on photos."""
        r = self.records
        if r.source[i] == DRAWN and rng.random() < 0.5:
            image = self._colour_cloth(image, mask, inside, rng)
        if r.source[i] == REAL and r.mask_good[i] and rng.random() < 0.2:
            necks = r.landmarks[i][[NECK_LEFT, NECK_RIGHT]]
            if np.isfinite(necks).all():
                image, mask, inside = draw_collar(image, mask, necks[0], necks[1], rng)
                inside_known = True
        return image, mask, inside, inside_known

    def _empty(self, rng: np.random.Generator) -> Sample:
        """A ground with nothing on it, so that the network can say that there is no garment."""
        image = random_camera(self.ground(rng, rng.uniform(0, 255, 3).astype(np.float32)), rng)
        none = np.zeros((HEIGHT // 2, WIDTH // 2), np.float32)
        points = np.full((len(LANDMARKS), 2), np.nan, np.float32)
        unknown = np.full(len(LANDMARKS), UNKNOWN, np.int8)
        attributes = np.full(len(ATTRIBUTES), UNKNOWN, np.int64)
        return Sample(np.ascontiguousarray(image), none, none, 1.0, 1.0, points, unknown, UNKNOWN, 1.0, attributes)

    def _colour_cloth(self, image: U8, mask: U8, inside: U8, rng: np.random.Generator) -> U8:
        """Cover a drawn garment with real cloth, keeping the drawing's light."""
        if not self.cloths:
            return image
        patch = self.cloths[int(rng.integers(len(self.cloths)))]
        side = int(rng.integers(48, 160))
        tile = cv2.resize(patch, (side, side))
        tile = np.concatenate([tile, tile[:, ::-1]], 1)
        tile = np.concatenate([tile, tile[::-1]], 0)
        h, w = mask.shape
        cloth = np.tile(tile, (h // tile.shape[0] + 1, w // tile.shape[1] + 1, 1))[:h, :w].astype(np.float32)
        light = image.astype(np.float32).mean(2)
        on = mask > 127
        level = (
            cv2.blur(light, (31, 31))
            if rng.random() < 0.6
            else np.full_like(light, light[on].mean() if on.any() else 128)
        )
        shade = np.clip(light / np.maximum(level, 8), 0.35, 1.6)
        shade = np.where(inside > 127, shade * rng.uniform(0.45, 0.95), shade)
        cover = (mask.astype(np.float32) / 255)[..., None]
        return np.clip(cloth * shade[..., None] * cover + image * (1 - cover), 0, 255).astype(np.uint8)

    def _lay_on_ground(self, image: U8, mask: U8, rng: np.random.Generator) -> U8:
        on = mask > 200
        near = image[on].mean(0).astype(np.float32) if on.any() else np.full(3, 128, np.float32)
        ground = self.ground(rng, near).astype(np.float32)
        alpha = np.clip((mask.astype(np.float32) - 90) / 165, 0, 1)
        if rng.random() < 0.75:
            sigma = float(rng.uniform(1, 9))
            shift = np.array([[1, 0, rng.normal(0, 3)], [0, 1, rng.normal(1, 3)]])
            shadow = cv2.GaussianBlur(cv2.warpAffine(alpha, shift, (WIDTH, HEIGHT)), (0, 0), sigma)
            ground *= 1 - float(rng.uniform(0.05, 0.55)) * shadow[..., None]
        if rng.random() < 0.15:
            draw_hanger(ground, mask, rng)
        a = alpha[..., None]
        return np.clip(image * a + ground * (1 - a), 0, 255).astype(np.uint8)
