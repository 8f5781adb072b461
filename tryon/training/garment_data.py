"""Training samples of the garment network: real and drawn garments, moved, re-coloured, laid on other grounds.

Shards come from ``prepare_garments`` and ``garment_drawn``; each sample is made on the fly (about 10 ms).
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
    cloth_patch,
    draw_collar,
    draw_hanger,
    empty_ground,
    plain_scaling,
    random_camera,
    random_movement,
)

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
EMPTY_SHARE = 0.04  # of samples without any garment; more only slows the rest
SWAPPED = [
    LANDMARKS.index(n.replace("_left", "_right") if n.endswith("left") else n.replace("_right", "_left"))
    for n in LANDMARKS
]
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
    label: NDArray[np.int64]  # -1 where drawn
    sleeve: NDArray[np.int64]  # -1 where not known
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
    """Read all shards ``garments_*.npz`` and ``drawn_*.npz`` of a folder.

    Raises:
        GarmentDataError: there is none.
    """
    paths = sorted(folder.glob("garments_??.npz")) + sorted(folder.glob("drawn_??.npz"))
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
            for name in ("landmarks", "label", "sleeve", "mask_good", "plain", "validation", "id"):
                joined.setdefault(name, []).append(shard[name])
    a = {name: np.concatenate(parts) for name, parts in joined.items()}
    return GarmentRecords(
        jpeg, mask, inside, a["landmarks"].astype(np.float32), a["label"].astype(np.int64),
        a["sleeve"].astype(np.int64), a["mask_good"].astype(bool), a["plain"].astype(bool),
        a["validation"].astype(bool), [str(i) for i in a["id"]],
    )  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """One input and its targets; weights are 0 where a target is not known.

    image: (256, 192, 3) uint8. mask, inside: (128, 96) float32. points: (19, 2) in input pixels,
    NaN where not known.
    """

    image: U8
    mask: F32
    inside: F32
    mask_weight: float
    inside_weight: float
    points: F32
    label: int
    sleeve: int


class GarmentSampler:
    """Makes augmented samples from records; grounds and cloths are taken from the training photos."""

    def __init__(self, records: GarmentRecords, rng: np.random.Generator, *, pool: int = 300) -> None:
        self.records = records
        usable = np.flatnonzero((records.label >= 0) & records.mask_good & ~records.validation)
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
        points, drawn = r.landmarks[i].copy(), bool(r.label[i] < 0)
        good, inside_known = bool(r.mask_good[i]), inside is not None
        inside = np.zeros_like(mask) if inside is None else inside
        if augment:
            image = self._colour_cloth(image, mask, inside, rng) if drawn and rng.random() < 0.5 else image
            if not drawn and good and np.isfinite(points[[NECK_LEFT, NECK_RIGHT]]).all() and rng.random() < 0.25:
                image, mask, inside = draw_collar(image, mask, points[NECK_LEFT], points[NECK_RIGHT], rng)
                inside_known = True
            laid = good and rng.random() < (0.85 if drawn else 0.3)
            map_x, map_y, points = random_movement(mask if good else None, points, rng, shrink=laid)
        else:
            map_x, map_y, points = plain_scaling(points)
        image = cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        mask = cv2.remap(mask, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        inside = cv2.remap(inside, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        if augment:
            if laid:
                image = self._lay_on_ground(image, mask, rng)
            image = random_camera(image, rng)
            if rng.random() < 0.5:
                image, mask, inside = image[:, ::-1], mask[:, ::-1], inside[:, ::-1]
                points = points[SWAPPED]
                points[:, 0] = WIDTH - 1 - points[:, 0]
        half = (WIDTH // 2, HEIGHT // 2)
        small = [cv2.resize(np.ascontiguousarray(m), half, interpolation=cv2.INTER_AREA) for m in (mask, inside)]
        off = (points < -2).any(1) | (points[:, 0] > WIDTH + 1) | (points[:, 1] > HEIGHT + 1)
        points[off] = np.nan
        return Sample(
            np.ascontiguousarray(image), small[0].astype(np.float32) / 255, small[1].astype(np.float32) / 255,
            float(good), float(inside_known), points, int(r.label[i]), int(r.sleeve[i]),
        )  # fmt: skip

    def _empty(self, rng: np.random.Generator) -> Sample:
        """A ground with nothing on it, so that the network can say that there is no garment."""
        image = random_camera(self.ground(rng, rng.uniform(0, 255, 3).astype(np.float32)), rng)
        none = np.zeros((HEIGHT // 2, WIDTH // 2), np.float32)
        points = np.full((len(LANDMARKS), 2), np.nan, np.float32)
        return Sample(np.ascontiguousarray(image), none, none, 1.0, 1.0, points, -1, -1)

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
