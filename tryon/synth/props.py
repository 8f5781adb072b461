"""Things that people hold in photographs: telephone, bags, cup, and a stool to sit on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tryon.synth.bodies import Body
from tryon.synth.poses import hand_axes
from tryon.synth.solids import PROP, Solid
from tryon.types import LABEL

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def rounded_box(size: tuple[float, float, float], radius: float, steps: int = 2) -> tuple[F64, I64]:
    """A box with rounded edges around the origin: points (N, 3) m, triangles (F, 3)."""
    line = np.unique(np.concatenate([np.linspace(-1, -0.72, steps + 1), np.linspace(0.72, 1, steps + 1)]))
    n = len(line)
    u, v = np.meshgrid(line, line, indexing="ij")
    k = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    quad = np.concatenate([np.stack([k, k + n, k + 1], 1), np.stack([k + 1, k + n, k + n + 1], 1)])
    points, faces = [], []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            face = np.empty((n * n, 3))
            face[:, axis], face[:, (axis + 1) % 3], face[:, (axis + 2) % 3] = sign, u.ravel(), v.ravel()
            faces.append((quad if sign > 0 else quad[:, ::-1]) + len(points) * n * n)
            points.append(face)
    cube = np.concatenate(points)
    half = np.array(size) / 2
    core = np.maximum(half - radius, 0.0)
    # the outer tenth of each edge line is laid round the corner
    inside = np.clip(cube / 0.72, -1, 1) * core
    away = np.where(np.abs(cube) > 0.72, (cube - np.sign(cube) * 0.72) / 0.28, 0.0)
    away = away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
    return inside + away * np.minimum(radius, half), np.concatenate(faces)


def tube(line: F64, radius: float | F64, sides: int = 8, flat: float = 1.0) -> tuple[F64, I64]:
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
    return points, np.concatenate([np.stack([a, b, a + sides], 1), np.stack([b, b + sides, a + sides], 1)])


def _lathe(radii: F64, heights: F64, sides: int = 20) -> tuple[F64, I64]:
    line = np.stack([np.zeros_like(heights), np.zeros_like(heights), heights], 1)
    points, faces = tube(line, radii, sides)
    return points, faces


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


def _solid(parts: list[tuple[F64, I64]], tint: tuple[float, float, float]) -> Solid:
    points, faces, count = [], [], 0
    for p, f in parts:
        points.append(p)
        faces.append(f + count)
        count += len(p)
    every = np.concatenate(faces)
    label = np.full(len(every), LABEL["accessory"], np.uint8)
    return Solid(np.concatenate(points), every, np.zeros((1, 2)), np.zeros_like(every), None, tint, PROP, label)


def _colour(rng: np.random.Generator) -> tuple[float, float, float]:
    level = float(rng.choice([0.015, 0.05, 0.15, 0.4, 0.7]))
    r, g, b = np.clip(level * np.exp(rng.normal(0, 0.25, 3)), 0.005, 0.85)
    return float(r), float(g), float(b)


def _phone(body: Body, side: str, rng: np.random.Generator) -> list[Solid]:
    hand = _Hand(body, side)
    box, faces = rounded_box((0.074, 0.0085, 0.152), 0.004)
    # its back lies in the palm, its long side stands up as far as the fingers let it
    back = hand.out
    up = np.array([0.0, 0.0, 1.0]) - back[2] * back
    up /= np.linalg.norm(up)
    across = np.cross(up, back)
    centre = hand.palm + 0.35 * (hand.knuckle - hand.wrist) + 0.026 * back + 0.02 * up
    return [_solid([(box @ np.stack([across, back, up]) + centre, faces)], _colour(rng))]


def _cup(body: Body, side: str, rng: np.random.Generator) -> list[Solid]:
    hand = _Hand(body, side)
    h = np.array([0.0, 0.0, 0.002, 0.105, 0.105, 0.118, 0.118])
    r = np.array([0.001, 0.027, 0.029, 0.040, 0.042, 0.041, 0.001])
    points, faces = _lathe(r, h)
    centre = hand.palm + 0.4 * (hand.knuckle - hand.wrist) + 0.048 * hand.out - np.array([0, 0, 0.055])
    return [_solid([(points + centre, faces)], _colour(rng))]


def _bag(body: Body, side: str, rng: np.random.Generator, size: tuple[float, float, float], drop: float) -> list[Solid]:
    """A bag that hangs from a closed hand."""
    hand = _Hand(body, side)
    grip = 0.5 * (hand.knuckle + hand.tip) + 0.012 * hand.out
    width, thick, tall = size
    box, faces = rounded_box((thick, width, tall), 0.03)
    taper = 1.0 + 0.12 * (0.5 - (box[:, 2] / tall + 0.5))
    box[:, 1] *= taper
    top = grip - np.array([0, 0, drop])
    angle = np.linspace(0, np.pi, 15)
    parts = [(box + top - np.array([0, 0, tall / 2]), faces)]
    for offset in (-0.25, 0.25):
        line = np.stack(
            [np.full(15, offset * thick * 0.6), 0.26 * width * np.cos(angle), drop * np.sin(angle) ** 0.7], 1
        )
        line[:, 0] *= 1 - np.sin(angle)
        parts.append(tube(line + top, 0.006))
    return [_solid(parts, _colour(rng))]


def _shoulder_bag(body: Body, side: str, rng: np.random.Generator) -> list[Solid]:
    """A bag at the hip on a strap over the shoulder of the same side."""
    sign = 1.0 if side == "L" else -1.0
    shoulder, hip = body.joint(f"upperarm01.{side}"), body.joint(f"upperleg01.{side}")
    spine, neck = body.joint("spine03"), body.joint("neck01")
    left = body.joint("upperarm01.L") - body.joint("upperarm01.R")
    left[2] = 0
    left /= np.linalg.norm(left)
    back = np.array([-left[1], left[0], 0.0])
    out = sign * left
    torso = body.vertices[:13380]
    near = torso[np.abs(torso[:, 2] - hip[2] - 0.06) < 0.03]
    near = near[(near - spine) @ out < 0.30]
    edge = float(np.percentile((near - spine) @ out, 99))
    width, thick, tall = 0.27, 0.09, 0.20
    base = spine + out * (min(edge, 0.26) + thick / 2 + 0.035)
    base[2] = hip[2] + 0.02
    box, faces = rounded_box((thick, width, tall), 0.03)
    frame = np.stack([out, back, [0, 0, 1.0]])
    top = neck + 0.62 * (shoulder - neck)
    near_top = torso[np.linalg.norm((torso - top)[:, :2], axis=1) < 0.02]
    top = np.array([top[0], top[1], near_top[:, 2].max() + 0.012])
    parts = [(box @ frame + base, faces)]
    for way in (-1.0, 1.0):
        end = base + back * way * width * 0.42 + np.array([0, 0, tall / 2])
        t = np.linspace(0, 1, 12)[:, None]
        lift = back * way * 0.11 + out * 0.05
        line = (1 - t) * top + t * end + 4 * t * (1 - t) * (1 - t) * lift
        parts.append(tube(line, 0.011, 8, 0.3))
    return [_solid(parts, _colour(rng))]


def _stool(body: Body, rng: np.random.Generator) -> list[Solid]:
    seat = body.joint("root")
    skin = body.vertices[:13380]
    under = skin[np.linalg.norm(skin[:, :2] - seat[:2], axis=1) < 0.16]
    height = float(under[:, 2].min()) + 0.015
    points, faces = rounded_box((0.44, 0.42, height - 0.002), 0.02)
    turn = body.joint("upperleg01.L") - body.joint("upperleg01.R")
    angle = np.arctan2(turn[1], turn[0])
    c, s = np.cos(angle), np.sin(angle)
    points = points @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1.0]])
    return [_solid([(points + np.array([seat[0], seat[1], height / 2]), faces)], _colour(rng))]


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
            out += _bag(body, side, rng, (0.28, 0.11, 0.20), 0.10)
        elif name == "tote":
            out += _bag(body, side, rng, (0.36, 0.09, 0.36), 0.22)
        elif name == "shoulder_bag":
            out += _shoulder_bag(body, side, rng)
        elif name == "stool":
            out += _stool(body, rng)
    return out
