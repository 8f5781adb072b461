"""Things that people hold in photographs: telephone, bags, cup, and a stool to sit on."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from tryon.synth.bodies import SKIN_END, Body
from tryon.synth.poses import hand_axes
from tryon.synth.solids import PROP, Solid
from tryon.types import LABEL

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Shape = tuple[F64, I64, F64]  # points (N, 3) m, triangles (F, 3), texture coordinates (N, 2)
_TEXTURE_PX = 128
STRAP_OFF_M = 0.022  # from skin to strap: there is a shirt between


def rounded_box(size: tuple[float, float, float], radius: float, steps: int = 3) -> Shape:
    """A box with rounded edges around the origin; each side carries the whole texture."""
    bend = np.sin(np.linspace(0, np.pi / 2, steps + 1)) * 0.2
    line = np.concatenate([-1.0 + 0.2 - bend[::-1], 0.8 + bend])
    n = len(line)
    u, v = np.meshgrid(line, line, indexing="ij")
    k = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    quad = np.concatenate([np.stack([k, k + n, k + 1], 1), np.stack([k + 1, k + n, k + n + 1], 1)])
    points: list[F64] = []
    faces: list[I64] = []
    uv: list[F64] = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            face = np.empty((n * n, 3))
            across, up = ((1, 2), (0, 2), (0, 1))[axis]
            face[:, axis], face[:, across], face[:, up] = sign, u.ravel(), v.ravel()
            outwards = sign * (1.0 if axis != 1 else -1.0) > 0
            faces.append((quad if outwards else quad[:, ::-1]) + len(points) * n * n)
            points.append(face)
            uv.append(np.stack([u.ravel(), v.ravel()], 1) / 2 + 0.5)
    cube = np.concatenate(points)
    half = np.array(size) / 2
    core = np.maximum(half - radius, 0.0)
    inside = np.clip(cube / 0.8, -1, 1) * core
    away = np.where(np.abs(cube) > 0.8, (cube - np.sign(cube) * 0.8) / 0.2, 0.0)
    away = away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
    every, merged = np.concatenate(faces), inside + away * np.minimum(radius, half)
    return merged, every, np.concatenate(uv)


def tube(line: F64, radius: float | F64, sides: int = 8, flat: float = 1.0) -> Shape:
    """A tube along a line (K, 3); flat: the section's thickness against its width (a strap: .15)."""
    tangent = np.gradient(line, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    up = np.array([0.0, 1.0, 0.0]) if abs(tangent[:, 1]).mean() < 0.8 else np.array([1.0, 0.0, 0.0])
    side = np.cross(tangent, up)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    other = np.cross(side, tangent)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    width = np.broadcast_to(np.asarray(radius, float), (len(line),))[:, None, None]
    ring = np.cos(angle)[None, :, None] * side[:, None] * flat + np.sin(angle)[None, :, None] * other[:, None]
    points = (line[:, None] + width * ring).reshape(-1, 3)
    i, j = np.meshgrid(np.arange(len(line) - 1), np.arange(sides), indexing="ij")
    a, b = (i * sides + j).ravel(), (i * sides + (j + 1) % sides).ravel()
    faces = np.concatenate([np.stack([a, a + sides, b], 1), np.stack([b, a + sides, b + sides], 1)])
    return points, faces, np.full((len(points), 2), 0.5)


@lru_cache(maxsize=8)
def _texture(kind: str) -> NDArray[np.uint8]:
    """A small grey texture to be tinted: "leather", "canvas", "phone" (its back) or "plain"."""
    rng = np.random.default_rng(len(kind))
    side = _TEXTURE_PX
    grain = cv2.GaussianBlur(rng.standard_normal((side, side)).astype(np.float32), (0, 0), 1.2)
    tone = np.full((side, side), 215.0, np.float32)
    if kind == "leather":
        tone += 30 * grain
        tone[8:-8, 8:10] = tone[8:-8, -10:-8] = 165  # seams
        tone[8:10, 8:-8] = tone[-10:-8, 8:-8] = 165
        tone[36:39, 8:-8] = 140  # the flap's edge
        cv2.circle(tone, (side // 2, 40), 5, 250.0, -1, cv2.LINE_AA)
    elif kind == "canvas":
        yy, xx = np.mgrid[0:side, 0:side]
        tone += 10 * np.sin(xx * np.pi / 2) * np.sin(yy * np.pi / 2) + 14 * grain
        tone[10:12] = 175
        cv2.circle(tone, (side // 2, side // 2), 22, 120.0, 3, cv2.LINE_AA)
    elif kind == "phone":
        cv2.rectangle(tone, (10, 6), (62, 36), 150.0, -1, cv2.LINE_AA)
        for x, y in ((24, 14), (48, 14), (24, 28)):
            cv2.ellipse(tone, (x, y), (9, 5), 0, 0, 360, 25.0, -1, cv2.LINE_AA)
    return np.repeat(np.clip(tone, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


class _Hand:
    """A posed hand: palm (3,) m, fingers, palm direction and side (3,) units."""

    def __init__(self, body: Body, side: str) -> None:
        index = {name: i for i, name in enumerate(body.bones)}
        self.fingers, self.out = hand_axes(index, body.heads, side)
        self.wrist = body.joint(f"wrist.{side}")
        self.knuckle = body.joint(f"finger3-1.{side}")
        self.tip = np.mean([body.joint(f"finger{k}-3.{side}") for k in (2, 3, 4)], axis=0)
        self.palm = self.wrist + 0.75 * (self.knuckle - self.wrist)
        self.sign = 1.0 if side == "L" else -1.0


def _solid(parts: list[Shape], tint: tuple[float, float, float], texture: str = "plain") -> Solid:
    points, faces, uv, count = [], [], [], 0
    for p, f, t in parts:
        points.append(p)
        faces.append(f + count)
        uv.append(t)
        count += len(p)
    every = np.concatenate(faces)
    label = np.full(len(every), LABEL["accessory"], np.uint8)
    return Solid(np.concatenate(points), every, np.concatenate(uv), every, _texture(texture), tint, PROP, label)


def _colour(rng: np.random.Generator) -> tuple[float, float, float]:
    level = float(rng.choice([0.015, 0.05, 0.15, 0.4, 0.7]))
    r, g, b = np.clip(level * np.exp(rng.normal(0, 0.25, 3)), 0.005, 0.85)
    return float(r), float(g), float(b)


def _phone(body: Body, side: str, rng: np.random.Generator) -> list[Solid]:
    hand = _Hand(body, side)
    box, faces, uv = rounded_box((0.074, 0.0085, 0.152), 0.004)
    # its back lies in the palm, its long side stands up as far as the fingers let it
    back = hand.out
    up = np.array([0.0, 0.0, 1.0]) - back[2] * back
    up /= np.linalg.norm(up)
    across = np.cross(back, up)
    centre = hand.palm + 0.35 * (hand.knuckle - hand.wrist) + 0.026 * back + 0.02 * up
    return [_solid([(box @ np.stack([across, back, up]) + centre, faces, uv)], _colour(rng), "phone")]


def _cup(body: Body, side: str, rng: np.random.Generator) -> list[Solid]:
    hand = _Hand(body, side)
    height = np.array([0.0, 0.0, 0.002, 0.105, 0.105, 0.118, 0.118])
    radius = np.array([0.001, 0.027, 0.029, 0.040, 0.042, 0.041, 0.001])
    line = np.stack([np.zeros(7), np.zeros(7), height], 1)
    points, faces, uv = tube(line, radius, 20)
    centre = hand.palm + 0.4 * (hand.knuckle - hand.wrist) + 0.048 * hand.out - np.array([0, 0, 0.055])
    return [_solid([(points + centre, faces, uv)], _colour(rng))]


def _level_frame(body: Body) -> tuple[F64, F64]:
    """The body's own left and back (3,), level."""
    left = body.joint("upperarm01.L") - body.joint("upperarm01.R")
    left[2] = 0
    left /= np.linalg.norm(left)
    return left, np.array([-left[1], left[0], 0.0])


def _bag(
    body: Body, side: str, rng: np.random.Generator, size: tuple[float, float, float], drop: float, texture: str
) -> list[Solid]:
    """A bag that hangs from a closed hand."""
    hand = _Hand(body, side)
    bent = np.mean([body.joint(f"finger{k}-2.{side}") for k in (2, 3, 4)], axis=0)
    grip = bent + 0.020 * hand.out - 0.006 * hand.fingers
    width, thick, tall = size
    box, faces, uv = rounded_box((thick, width, tall), 0.28 * thick)
    box[:, 1] *= 1.0 - 0.14 * (box[:, 2] / tall)  # wider below
    left, back = _level_frame(body)
    swing = np.radians(rng.uniform(-25, 25))
    along = np.cos(swing) * back + np.sin(swing) * left
    frame = np.stack([np.cross(along, [0.0, 0.0, 1.0]), along, [0.0, 0.0, 1.0]])
    top = np.array([0, 0, -drop])
    angle = np.linspace(0, np.pi, 17)
    parts = [(box + top - np.array([0, 0, tall / 2]), faces, uv)]
    for offset in (-0.3, 0.3):
        rise = np.sin(angle) ** 0.6
        line = np.stack([offset * thick * (1 - rise), 0.27 * width * np.cos(angle), (drop + 0.02) * rise - 0.02], 1)
        parts.append(tube(line + top, 0.006))
    return [_solid([(p @ frame + grip, f, t) for p, f, t in parts], _colour(rng), texture)]


def _shoulder_bag(body: Body, side: str, rng: np.random.Generator) -> list[Solid]:
    """A bag behind the hip on a strap over the shoulder of the same side; the arm hangs before it."""
    left, back = _level_frame(body)
    out = left if side == "L" else -left
    shoulder, hip = body.joint(f"upperarm01.{side}"), body.joint(f"upperleg01.{side}")
    spine, neck = body.joint("spine03"), body.joint("neck01")
    skin = body.vertices[:SKIN_END]
    width, thick, tall = (float(v) for v in np.array([0.27, 0.085, 0.19]) * rng.uniform(0.85, 1.25))
    centre_z = hip[2] + 0.03
    near = skin[(np.abs(skin[:, 2] - centre_z) < 0.5 * tall)]
    aside, behind = (near - spine) @ out, (near - spine) @ back
    edge = float(np.percentile(aside[(behind > 0.02) & (aside < 0.27)], 99))
    base = spine + out * (edge + thick / 2 + 0.012) + back * (0.13 + 0.3 * (width - 0.27))
    base[2] = centre_z
    box, faces, uv = rounded_box((thick, width, tall), 0.35 * thick)
    frame = np.stack([np.cross(back, [0.0, 0.0, 1.0]), back, [0.0, 0.0, 1.0]])
    at = float((neck + 0.68 * (shoulder - neck) - spine) @ out)
    ends = [base + back * way * width * 0.42 + np.array([0, 0, tall / 2 - 0.012]) for way in (-1.0, 1.0)]
    strap = _strap(skin - spine, ends[0] - spine, ends[1] - spine, at, float(shoulder[2] - spine[2]), out, back)
    parts = [(box @ frame + base, faces, uv), tube(strap + spine, 0.011, 8, 0.35)]
    return [_solid(parts, _colour(rng), "leather")]


def _strap(skin: F64, front: F64, behind: F64, at: float, shoulder_z: float, out: F64, back: F64) -> F64:
    """The line (K, 3) of a tight strap between two ends over the body's section ``at`` metres to the side."""
    aside = skin @ out
    section = skin[(np.abs(aside - at) < 0.018) & (skin[:, 2] > shoulder_z - 0.22)]
    flat = np.stack([section @ back, section[:, 2]], 1)
    middle = np.array([flat[:, 0].mean(), flat[:, 1].max() - 0.10])
    away = flat - middle
    flat = flat + STRAP_OFF_M * away / np.linalg.norm(away, axis=1, keepdims=True)
    bag = np.array([[front @ back, front[2]], [behind @ back, behind[2]]])
    every = np.concatenate([bag, flat])
    ring = ConvexHull(every).vertices  # counter-clockwise in (back, up)
    ring = np.roll(ring, -int(np.flatnonzero(ring == 1)[0]))  # from the end behind, over the top, to the front
    chain = every[ring[: int(np.flatnonzero(ring == 0)[0]) + 1]]
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(chain, axis=0), axis=1))])
    t = np.linspace(0, length[-1], 40)
    path = np.stack([np.interp(t, length, chain[:, k]) for k in range(2)], 1)
    path[1:-1] = 0.25 * path[:-2] + 0.5 * path[1:-1] + 0.25 * path[2:]
    low = np.clip((path[:, 1].max() - 0.06 - path[:, 1]) / (path[:, 1].max() - 0.06 - bag[:, 1].mean()), 0, 1)
    side = at + (float(front @ out) - at) * low**0.8
    return path[:, :1] * back + side[:, None] * out + path[:, 1:] * np.array([0.0, 0.0, 1.0])


def _stool(body: Body, rng: np.random.Generator) -> list[Solid]:
    """A plain cube to sit on."""
    seat = body.joint("root")
    skin = body.vertices[:SKIN_END]
    under = skin[np.linalg.norm(skin[:, :2] - seat[:2], axis=1) < 0.16]
    height = float(under[:, 2].min()) + 0.015
    side = float(rng.uniform(0.36, 0.48))
    points, faces, uv = rounded_box((side, side * float(rng.uniform(0.85, 1.1)), height), 0.025)
    left, back = _level_frame(body)
    points = points @ np.stack([left, back, [0.0, 0.0, 1.0]]) + np.array([seat[0], seat[1], height / 2])
    return [_solid([(points, faces, uv)], _colour(rng), str(rng.choice(["plain", "canvas"])))]


def prop_solids(held: tuple[str, ...], body: Body, seed: int) -> list[Solid]:
    """Solids of everything held; held: as ``NamedPose.held``; same seed, same colours."""
    out: list[Solid] = []
    for item in held:
        rng = np.random.default_rng(seed)
        name, _, side = item.partition(".")
        if name == "phone":
            out += _phone(body, side, rng)
        elif name == "cup":
            out += _cup(body, side, rng)
        elif name == "handbag":
            out += _bag(body, side, rng, (0.28, 0.11, 0.20), 0.11, "leather")
        elif name == "tote":
            out += _bag(body, side, rng, (0.36, 0.08, 0.36), 0.2, "canvas")
        elif name == "shoulder_bag":
            out += _shoulder_bag(body, side, rng)
        elif name == "stool":
            out += _stool(body, rng)
    return out
