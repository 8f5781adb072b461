"""How one garment picture becomes many: other grounds, collars, movements, cameras.

All functions return new arrays, except ``draw_hanger``, which draws in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.training.prepare_garments import CACHE_HEIGHT, CACHE_WIDTH

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
HEIGHT, WIDTH = 256, 192  # the network's input; its maps are half of it


Edge = Literal["left", "right", "top", "bottom"]


@dataclass(frozen=True)
class Cut:
    """The picture ends within the garment. side: at which edge. at: (2,) a point of that edge, source pixels."""

    side: Edge
    at: F32

    def keep(self, mask: U8) -> U8:
        """The part of a mask (h, w) that stays."""
        out = np.zeros_like(mask)
        x, y = (round(float(v)) for v in self.at)
        where: dict[Edge, tuple[slice, slice]] = {
            "left": (slice(None), slice(x, None)), "right": (slice(None), slice(None, x + 1)),
            "top": (slice(y, None), slice(None)), "bottom": (slice(None, y + 1), slice(None)),
        }  # fmt: skip
        out[where[self.side]] = mask[where[self.side]]
        return out


def choose_cut(mask: U8, rng: np.random.Generator) -> Cut | None:
    """An edge that takes 6 to 40% of a garment; people forget the hem most often. None for an empty mask."""
    ys, xs = np.nonzero(mask > 127)
    if len(ys) == 0:
        return None
    sides: tuple[Edge, ...] = ("left", "right", "top", "bottom")
    side = sides[rng.choice(4, p=[0.22, 0.22, 0.16, 0.4])]
    depth = float(rng.uniform(0.06, 0.4))
    x0, x1, y0, y1 = xs.min(), xs.max(), ys.min(), ys.max()
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    match side:
        case "left":
            x = x0 + depth * (x1 - x0)
        case "right":
            x = x1 - depth * (x1 - x0)
        case "top":
            y = y0 + depth * (y1 - y0)
        case "bottom":
            y = y1 - depth * (y1 - y0)
    return Cut(side, np.array([x, y], np.float32))


def cut_off(image: U8, mask: U8, inside: U8, points: F32, side: Edge, at: F32) -> tuple[U8, U8, U8, NDArray[np.bool_]]:
    """End a picture at ``at``; beyond it its last pixels are repeated, as where a window looks over the border.

    The masks' are too: told that the garment ends there, a network would end plain cloth below a print as well.

    Returns:
        The picture, the masks, and which of the points (K, 2) are beyond.
    """
    h, w = mask.shape
    x, y = int(np.clip(round(float(at[0])), 8, w - 9)), int(np.clip(round(float(at[1])), 8, h - 9))
    layers = [image.copy(), mask.copy(), inside.copy()]
    for layer in layers:
        match side:
            case "left":
                layer[:, :x] = layer[:, x : x + 1]
            case "right":
                layer[:, x + 1 :] = layer[:, x : x + 1]
            case "top":
                layer[:y] = layer[y : y + 1]
            case "bottom":
                layer[y + 1 :] = layer[y : y + 1]
    beyond = {
        "left": points[:, 0] < x, "right": points[:, 0] > x, "top": points[:, 1] < y, "bottom": points[:, 1] > y,
    }[side]  # fmt: skip
    return layers[0], layers[1], layers[2], np.asarray(beyond, bool)


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


def draw_hanger(ground: F32, mask: U8, rng: np.random.Generator) -> None:
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


def plain_scaling(points: F32) -> tuple[F32, F32, F32]:
    """Only scaled: maps for ``cv2.remap`` and the scaled points."""
    s = HEIGHT / CACHE_HEIGHT
    yy, xx = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    return (xx + 0.5) / s - 0.5, (yy + 0.5) / s - 0.5, ((points + 0.5) * s - 0.5).astype(np.float32)


def random_movement(mask: U8 | None, points: F32, rng: np.random.Generator, *, shrink: bool) -> tuple[F32, F32, F32]:
    """A random turn, zoom, shift and bend: maps for ``cv2.remap`` and the moved points.

    ``shrink`` allows zooms that show what lies beyond the photo.
    """
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


def random_camera(image: U8, rng: np.random.Generator) -> U8:
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
