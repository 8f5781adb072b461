"""Where a hand goes that rests on the body: a point on the trunk's surface, and the arm that leads there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Vector = tuple[float, float, float]

LEVELS = np.linspace(-0.6, 1.3, 20)  # of the gauge, hip joint 0, shoulder joint 1
PALM_M = 0.024  # half a hand's thickness: between the palm's skin and its bones
TIP_M = 0.018  # the same of a flat hand's fingertips
HAND_M = 0.14  # from the palm's middle to the fingertips
_ROUND = 2.4  # exponent of the trunk's section: between an ellipse (2) and a box


@dataclass(frozen=True)
class Reach:
    """A palm on or before the trunk, for the left side (the right one mirrors x).

    height: 0 at the hip joints, 1 at the shoulder joints. angle_deg: around the trunk, 0 in front,
    90 at the own side, 180 behind, negative on the other side. out_m: distance of the palm from the
    trunk's surface. fingers: their direction. palm: where the palm faces; None: to the trunk.
    elbow: where the elbow points. lift: how steeply the upper arm rises, -1..1, for the collar bone.
    """

    height: float
    angle_deg: float
    out_m: float = 0.0
    fingers: Vector = (0.0, 0.0, -1.0)
    palm: Vector | None = None
    elbow: Vector = (0.6, 0.6, -0.4)
    lift: float = -1.0


@dataclass(frozen=True)
class TrunkGauge:
    """The trunk's section at LEVELS, in the reference pose. hip_z, shoulder_z, centre_y: m.

    half_width, front, back: (20,) m from the middle line.
    """

    hip_z: float
    shoulder_z: float
    centre_y: float
    half_width: F64
    front: F64
    back: F64

    @classmethod
    def average(cls, heads: F64, bones: tuple[str, ...]) -> TrunkGauge:
        """An average trunk on a skeleton with joints (J, 3)."""
        hip, shoulder, spine = (heads[bones.index(n)] for n in ("upperleg01.L", "upperarm01.L", "spine03"))
        width = np.interp(LEVELS, (-0.6, 0.0, 0.45, 0.9, 1.1, 1.3), (0.18, 0.19, 0.15, 0.18, 0.10, 0.08))
        depth = np.full(len(LEVELS), 0.12)
        return cls(float(hip[2]), float(shoulder[2]), float(spine[1]), width, depth, depth)

    @classmethod
    def measure(cls, points: F64, heads: F64, bones: tuple[str, ...]) -> TrunkGauge:
        """Of a body: points (N, 3) m of its trunk and thighs and joints (J, 3), both in one pose, upright."""
        rough = cls.average(heads, bones)
        tall = rough.shoulder_z - rough.hip_z
        level = np.round((points[:, 2] - rough.hip_z) / tall * 10.0 + 6.0).astype(int)
        level = np.clip(level, 0, len(LEVELS) - 1)
        centre = rough.centre_y
        out = [np.full(len(LEVELS), 0.05) for _ in range(3)]
        for target, value in zip(
            out, (np.abs(points[:, 0]), centre - points[:, 1], points[:, 1] - centre), strict=True
        ):
            np.maximum.at(target, level, value)
        return cls(rough.hip_z, rough.shoulder_z, centre, *out)

    def surface(self, height: float, angle_deg: float) -> tuple[F64, F64]:
        """Point on the trunk (3,) m and its outward normal (3,), left side."""
        angle = np.radians(angle_deg)
        s, c = float(np.sin(angle)), float(np.cos(angle))
        a = float(np.interp(height, LEVELS, self.half_width))
        b = float(np.interp(height, LEVELS, self.front if c > 0 else self.back))
        radius = (abs(s / a) ** _ROUND + abs(c / b) ** _ROUND) ** (-1 / _ROUND)
        z = self.hip_z + height * (self.shoulder_z - self.hip_z)
        normal = np.array([s / a * (radius / a), -c / b * (radius / b), 0.0])
        return np.array([radius * s, self.centre_y - radius * c, z]), normal / np.linalg.norm(normal)


def turn_about(axis: Vector | F64, degrees: float) -> F64:
    """Rotation (3, 3) about an axis of any length (Rodrigues)."""
    x, y, z = (float(v) for v in axis)
    length = (x * x + y * y + z * z) ** 0.5
    if length < 1e-9 or degrees == 0.0:
        return np.eye(3)
    x, y, z = x / length, y / length, z / length
    angle = np.radians(degrees)
    s, c = float(np.sin(angle)), float(np.cos(angle))
    d = 1.0 - c
    return np.array(
        [
            [c + x * x * d, x * y * d - z * s, x * z * d + y * s],
            [y * x * d + z * s, c + y * y * d, y * z * d - x * s],
            [z * x * d - y * s, z * y * d + x * s, c + z * z * d],
        ]
    )


def twist_about(rotation: F64, axis: F64) -> float:
    """Degrees by which a rotation (3, 3) turns about a unit axis (swing and twist)."""
    r = rotation
    part = np.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]]) @ axis
    w = 1.0 + r[0, 0] + r[1, 1] + r[2, 2]
    return float(np.degrees(2.0 * np.arctan2(part, w)))


def palm_target(reach: Reach, gauge: TrunkGauge, sign: int) -> tuple[F64, F64, F64]:
    """Where the palm's bones go (3,) m, the fingers' direction and where the palm faces, unturned body."""
    flip = np.array([sign, 1.0, 1.0])
    base, normal = gauge.surface(reach.height, reach.angle_deg)
    point = base + normal * (reach.out_m + PALM_M)
    fingers = np.array(reach.fingers, float)
    if reach.palm is None:  # flat on the trunk: from the palm's place to where the fingertips lie
        fingers = fingers - (fingers @ normal) * normal
        tip = base + fingers * (HAND_M / np.linalg.norm(fingers))
        height = (tip[2] - gauge.hip_z) / (gauge.shoulder_z - gauge.hip_z)
        angle = np.degrees(np.arctan2(tip[0], gauge.centre_y - tip[1]))
        end, away = gauge.surface(float(height), float(angle))
        fingers = end + away * (reach.out_m + TIP_M) - point
        palm = -normal
    else:
        palm = np.array(reach.palm, float)
    return point * flip, fingers / np.linalg.norm(fingers) * flip, palm / np.linalg.norm(palm) * flip


def bend_elbow(shoulder: F64, wrist: F64, upper_m: float, fore_m: float, pole: F64) -> tuple[F64, F64]:
    """Directions of the upper arm and of the forearm that bring the wrist to a point, the elbow towards
    ``pole``; a point out of reach is approached."""
    way = wrist - shoulder
    distance = float(np.linalg.norm(way))
    axis = way / max(distance, 1e-9)
    distance = float(np.clip(distance, abs(upper_m - fore_m) + 0.05, 0.985 * (upper_m + fore_m)))
    aside = pole - (pole @ axis) * axis
    aside = aside / max(float(np.linalg.norm(aside)), 1e-9)
    cosine = (upper_m**2 + distance**2 - fore_m**2) / (2 * upper_m * distance)
    sine = float(np.sqrt(max(1.0 - cosine**2, 0.0)))
    upper = cosine * axis + sine * aside
    fore = shoulder + distance * axis - (shoulder + upper_m * upper)
    return upper, fore / np.linalg.norm(fore)
