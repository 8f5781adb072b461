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

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
HEIGHT, WIDTH = 256, 192  # the network's input; its maps are half of it
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


def empty_ground(image: U8, mask: U8) -> U8:
    """The photo without its garment: filled with the photo's own ground from half a picture away.

    What is still garment after that is filled from blurred surroundings. Only its texture and colours
    matter: another garment is laid over it.
    """
    h, w = mask.shape
    cover = cv2.dilate(mask, np.ones((7, 7), np.uint8)) > 0
    out = image.copy()
    for dy, dx in ((h // 2, w // 2), (0, w // 2), (h // 2, 0), (h // 3, w // 3), (-h // 3, w // 3)):
        moved, free = np.roll(image, (dy, dx), (0, 1)), ~np.roll(cover, (dy, dx), (0, 1))
        use = cover & free
        out[use] = moved[use]
        cover &= ~free
    if cover.any():
        weight = (~cover).astype(np.float32)
        blurred = cv2.blur(out * weight[..., None], (61, 61)) / np.maximum(cv2.blur(weight, (61, 61)), 1e-3)[..., None]
        out[cover] = np.clip(blurred[cover], 0, 255)
    return out


def cloth_patch(image: U8, mask: U8) -> U8 | None:
    """The largest square inside a garment, (64, 64, 3), or None where it is under 40 px."""
    distance = cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_C, 3)
    _, r, _, (x, y) = cv2.minMaxLoc(distance)
    k = int(r) - 2
    if k < 20:
        return None
    return np.asarray(cv2.resize(image[y - k : y + k, x - k : x + k], (64, 64), interpolation=cv2.INTER_AREA), np.uint8)


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
            map_x, map_y, points = _movement(mask if good else None, points, rng, shrink=laid)
        else:
            map_x, map_y, points = _plain_scaling(points)
        image = cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        mask = cv2.remap(mask, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        inside = cv2.remap(inside, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        if augment:
            if laid:
                image = self._lay_on_ground(image, mask, rng)
            image = _camera(image, rng)
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
        image = _camera(self.ground(rng, rng.uniform(0, 255, 3).astype(np.float32)), rng)
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
            _hanger(ground, mask, rng)
        a = alpha[..., None]
        return np.clip(image * a + ground * (1 - a), 0, 255).astype(np.uint8)


def _hanger(ground: F32, mask: U8, rng: np.random.Generator) -> None:
    """A hook and a bar behind the garment's neck, drawn on the ground in place."""
    ys, xs = np.nonzero(mask > 127)
    if len(ys) == 0:
        return
    x, y = int(np.median(xs)), int(ys.min())
    colour = [float(v) for v in np.full(3, rng.uniform(10, 230))]
    wide = int((xs.max() - xs.min()) * rng.uniform(0.15, 0.3))
    thick = int(rng.integers(2, 6))
    top = max(0, y - int(rng.integers(4, 24)))
    cv2.line(ground, (x, y + 12), (x, top), colour, max(1, thick // 2), cv2.LINE_AA)
    cv2.ellipse(ground, (x + 5, top), (5, 6), 0, 180, 400, colour, max(1, thick // 2), cv2.LINE_AA)
    for sign in (-1, 1):
        cv2.line(ground, (x, y + 4), (x + sign * wide, y + int(rng.integers(6, 22))), colour, thick, cv2.LINE_AA)


def draw_collar(image: U8, mask: U8, left: F32, right: F32, rng: np.random.Generator) -> tuple[U8, U8, U8]:
    """Draw the inside of a back collar between the neck points of a real garment.

    Returns:
        The picture, the mask (grown where the back stands over the front) and the inside, copies.
    """
    image, mask = image.copy(), mask.copy()
    across = right - left
    width = float(np.linalg.norm(across))
    inside = np.zeros_like(mask)
    if width < 10:
        return image, mask, inside
    down = np.array([-across[1], across[0]], np.float32) / width
    depth = width * float(rng.uniform(0.15, 0.75))
    rise = width * float(rng.uniform(-0.02, 0.16))
    t = np.linspace(0, 1, 24, dtype=np.float32)[:, None]
    arch = 4 * t * (1 - t)
    dip = arch**0.7 if rng.random() < 0.65 else 1 - np.abs(2 * t - 1)
    front = left + across * t + down * depth * dip
    back = left + across * t - down * rise * arch
    shape = np.round(np.concatenate([front, back[::-1]]) * 16).astype(np.int32)
    cv2.fillPoly(inside, [shape], 255, cv2.LINE_AA, 4)
    x, y = (left + right) / 2 + down * (depth + 0.6 * width)
    h, w = mask.shape
    y0, x0 = int(np.clip(y - 12, 0, h - 24)), int(np.clip(x - 12, 0, w - 24))
    own = image[y0 : y0 + 24, x0 : x0 + 24]
    cloth = np.tile(np.concatenate([own, own[::-1]]), (h // 48 + 1, w // 24 + 1, 1))[:h, :w].astype(np.float32)
    if rng.random() < 0.25:
        cloth = np.full_like(cloth, rng.uniform(20, 240))
    dark = float(rng.uniform(0.45, 1.0))
    a = (inside.astype(np.float32) / 255)[..., None]
    out = image * (1 - a) + np.clip(cloth * dark, 0, 255) * a
    if rng.random() < 0.6:  # the maker's label
        c = (left + right) / 2 + down * (0.25 * depth - 0.5 * rise)
        k = 0.5 * width * float(rng.uniform(0.12, 0.3))
        reach = np.array([k, 0.6 * k])
        p0, p1 = np.round(c - reach).astype(int), np.round(c + reach).astype(int)
        cv2.rectangle(out, p0.tolist(), p1.tolist(), [float(v) for v in rng.uniform(0, 255, 3)], -1)
    if rng.random() < 0.7:  # the front's rim
        shade = float(rng.uniform(0.6, 1.25))
        rim = np.zeros_like(mask)
        cv2.polylines(
            rim,
            [np.round((front + down * 2) * 16).astype(np.int32)],
            False,
            255,
            int(rng.integers(2, 6)),
            cv2.LINE_AA,
            4,
        )
        b = (rim.astype(np.float32) / 255)[..., None]
        out = out * (1 - b) + np.clip(out * shade, 0, 255) * b
    grown = np.maximum(mask, inside)
    return np.clip(out, 0, 255).astype(np.uint8), grown, inside


def _plain_scaling(points: F32) -> tuple[F32, F32, F32]:
    from tryon.training.prepare_garments import CACHE_HEIGHT

    s = HEIGHT / CACHE_HEIGHT
    yy, xx = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    return (xx + 0.5) / s - 0.5, (yy + 0.5) / s - 0.5, ((points + 0.5) * s - 0.5).astype(np.float32)


def _movement(mask: U8 | None, points: F32, rng: np.random.Generator, *, shrink: bool) -> tuple[F32, F32, F32]:
    """A random turn, zoom, shift and bend: maps for ``cv2.remap`` and the moved points.

    ``shrink`` allows zooms that show what lies beyond the photo.
    """
    from tryon.training.prepare_garments import CACHE_HEIGHT, CACHE_WIDTH

    box = None
    if mask is not None and (mask > 127).any():
        ys, xs = np.nonzero(mask > 127)
        box = (xs.min(), ys.min(), xs.max(), ys.max())
    if box is not None and rng.random() < 0.75:
        centre = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
        fit = min(WIDTH / max(8, box[2] - box[0]), HEIGHT / max(8, box[3] - box[1]))
        scale = fit * float(rng.uniform(0.6, 1.03) if rng.random() < 0.85 else rng.uniform(0.4, 0.6))
        scale = scale if shrink else max(scale, 0.95 * HEIGHT / CACHE_HEIGHT)
    else:
        centre = np.array([CACHE_WIDTH / 2, CACHE_HEIGHT / 2])
        scale = HEIGHT / CACHE_HEIGHT * float(np.exp(rng.normal(0.05, 0.12)))
    angle = np.deg2rad(float(np.clip(rng.normal(0, 6), -18, 18)) if rng.random() < 0.7 else 0.0)
    stretch = np.exp(rng.normal(0, 0.06))
    c, s = np.cos(angle), np.sin(angle)
    linear = scale * np.array([[c, -s], [s, c]]) @ np.diag([stretch, 1 / stretch])
    target = np.array([WIDTH / 2, HEIGHT / 2]) + rng.normal(0, 0.04, 2) * [WIDTH, HEIGHT]
    inverse = np.linalg.inv(linear)
    yy, xx = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    bend = np.zeros((HEIGHT, WIDTH, 2), np.float32)
    if rng.random() < 0.6:
        coarse = rng.normal(0, float(rng.uniform(1, 5)), (5, 4, 2)).astype(np.float32)
        bend = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    u, v = xx + bend[..., 0] - target[0], yy + bend[..., 1] - target[1]
    map_x = inverse[0, 0] * u + inverse[0, 1] * v + centre[0]
    map_y = inverse[1, 0] * u + inverse[1, 1] * v + centre[1]
    straight = (points - centre) @ linear.T + target
    moved = straight.copy()
    for _ in range(4):  # q + bend(q) = straight
        at = np.nan_to_num(moved, nan=0.0)
        bx = np.clip(np.round(at), 0, [WIDTH - 1, HEIGHT - 1]).astype(int)
        moved = straight - bend[bx[:, 1], bx[:, 0]]
    return map_x.astype(np.float32), map_y.astype(np.float32), moved.astype(np.float32)


def _camera(image: U8, rng: np.random.Generator) -> U8:
    """Light, colour, blur, noise and JPEG of somebody's phone."""
    out = image
    if rng.random() < 0.8:
        gain = np.exp(rng.normal(0, 0.12)) * np.exp(rng.normal(0, 0.05, 3))
        curve = np.linspace(0, 1, 256)[:, None] ** float(np.exp(rng.normal(0, 0.22))) * gain
        table = np.clip(curve * 255, 0, 255).astype(np.uint8).reshape(1, 256, 3)
        out = np.asarray(cv2.LUT(out, table), np.uint8)
    if rng.random() < 0.45:
        grey = cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        keep = 0.0 if rng.random() < 0.15 else float(rng.uniform(0.2, 1.5))
        out = np.asarray(cv2.addWeighted(out, keep, grey, 1 - keep, 0), np.uint8)
    if rng.random() < 0.15:
        out = out[..., rng.permutation(3)]
    if rng.random() < 0.25:
        out = np.asarray(cv2.GaussianBlur(out, (0, 0), float(rng.uniform(0.4, 1.4))), np.uint8)
    if rng.random() < 0.3:
        noise = rng.standard_normal(out.shape, np.float32) * np.float32(rng.uniform(1, 8))
        out = np.clip(out + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        code = cv2.imencode(".jpg", np.ascontiguousarray(out), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 90))])[1]
        out = np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)
    return out
