"""The body's own measures and axes, read from pose landmarks: what the placement rules are written in.

Sides are the **viewer's**: on somebody who faces the camera, viewer's left is the subject's right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tryon.geometry import crops
from tryon.geometry.curves import arc_lengths, point_at, tangent_at, unit
from tryon.types import Pose

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")
Joint = Literal["shoulder", "elbow", "wrist", "hip", "knee", "ankle"]
Vector = NDArray[np.float64]  # (2,)

ARM: tuple[Joint, Joint, Joint] = ("shoulder", "elbow", "wrist")
LEG: tuple[Joint, Joint, Joint] = ("hip", "knee", "ankle")
_INDEX: dict[Joint, tuple[int, int]] = {  # the subject's (right, left)
    "shoulder": (crops.R_SHOULDER, crops.L_SHOULDER),
    "elbow": (crops.R_ELBOW, crops.L_ELBOW),
    "wrist": (crops.R_WRIST, crops.L_WRIST),
    "hip": (crops.R_HIP, crops.L_HIP),
    "knee": (crops.R_KNEE, crops.L_KNEE),
    "ankle": (crops.R_ANKLE, crops.L_ANKLE),
}
# Mean ratios of frontal adults in MediaPipe's joints.
SHOULDERS_BY_TORSO = 0.66  # shoulder joints' distance / mid-shoulder to mid-hip
HIPS_BY_SHOULDERS = 0.57
THIGH_BY_TORSO, SHIN_BY_TORSO = 0.80, 0.80
UPPER_ARM_BY_TORSO, FOREARM_BY_TORSO = 0.58, 0.50
_TRUSTED = 0.3  # landmarks less visible than this are guesses by the pose network


@dataclass(frozen=True)
class Body:
    """Joints by viewer's side, with the measures that clothes are placed by. Photo pixels.

    joints: (joint, side) -> (2,). visibility: (joint, side) -> 0..1. shoulder_width: the joints'
    distance as seen. full_width: what it would be from the front. torso_width: as wide as the
    turned torso looks, in the measure of `full_width`. torso: mid-shoulder to mid-hip. across: unit
    vector along the shoulders to the viewer's right. down: unit vector along the spine. faces: False
    when seen from behind. turn: -1..1, sine of the angle by which the chest is turned to the viewer's
    right, 0 when in doubt. axis: (N, 2) mid-shoulder, mid-hip, mid-knee, mid-ankle. fullness: 1 for
    usual builds, more for heavier ones (``tryon.warp.build``).
    """

    joints: dict[tuple[Joint, Side], Vector]
    visibility: dict[tuple[Joint, Side], float]
    shoulder_width: float
    full_width: float
    torso_width: float
    torso: float
    across: Vector
    hip_across: Vector
    down: Vector
    faces: bool
    turn: float
    axis: NDArray[np.float64]
    fullness: float = 1.0

    def mid(self, joint: Joint) -> Vector:
        """The middle between the two sides' joints."""
        return (self.joints[joint, "left"] + self.joints[joint, "right"]) / 2

    def on_axis(self, length: ArrayLike) -> Vector:
        """The point (or points) at a length (or lengths) in pixels below the mid-shoulder, along spine and legs."""
        return point_at(self.axis, length)

    def across_at(self, length: float) -> Vector:
        """Unit vector to the viewer's right at a length below the mid-shoulder, smooth along the body."""
        if length <= self.torso:
            t = max(length / self.torso, 0.0)
            return unit((1 - t) * self.across + t * self.hip_across, (1.0, 0.0))
        tangent = tangent_at(self.axis, length, 0.3 * self.torso)
        t = min((length - self.torso) / self.torso, 1.0)
        square = np.array([tangent[1], -tangent[0]])
        return unit((1 - t) * self.hip_across + t * square, (1.0, 0.0))

    def hip_half_width(self) -> float:
        """Half the hips' breadth with the flesh outside the joints, photo pixels."""
        joints = float(np.linalg.norm(self.joints["hip", "right"] - self.joints["hip", "left"]))
        return self.fullness * max(0.85 * min(joints, 0.75 * self.full_width), 0.50 * self.torso_width)

    def least_half_width(self, length: float) -> float:
        """Half-width that covers the body at a length below the mid-shoulder, photo pixels.

        Waist, hips, then both legs however far apart; between them linear.
        """
        hips = self.hip_half_width()
        spans = []
        for joint, room in zip(LEG[1:], (0.13, 0.10), strict=True):
            gap = self.joints[joint, "right"] - self.joints[joint, "left"]
            spans.append(abs(float(gap @ self.hip_across)) / 2 + room * self.full_width)
        legs = arc_lengths(self.axis)
        at = [0.55 * self.torso, legs[1], legs[1] + 0.25 * self.torso, legs[2], legs[3]]
        waist = 0.40 * self.torso_width * self.fullness
        widths = [waist, hips, 0.96 * hips, min(spans[0], 1.6 * hips), min(spans[1], 2.0 * hips)]
        return float(np.interp(length, at, widths))


def measure_body(pose: Pose) -> Body:
    """Read joints, axes and widths from a pose; guesses what lies outside the picture.

    Hips, knees and ankles that the pose network hardly sees are replaced by a standing body's.
    """
    p = np.asarray(pose.points_px, np.float64)
    v = np.asarray(pose.visibility, np.float64)
    toward_left = p[crops.L_SHOULDER] - p[crops.R_SHOULDER] + 0.5 * (p[crops.L_HIP] - p[crops.R_HIP])
    faces = bool(toward_left[0] >= 0)
    joints: dict[tuple[Joint, Side], Vector] = {}
    visibility: dict[tuple[Joint, Side], float] = {}
    for name, (right, left) in _INDEX.items():
        on_left, on_right = (right, left) if faces else (left, right)
        joints[name, "left"], joints[name, "right"] = p[on_left], p[on_right]
        visibility[name, "left"], visibility[name, "right"] = float(v[on_left]), float(v[on_right])
    shoulders = joints["shoulder", "right"] - joints["shoulder", "left"]
    seen_width = max(float(np.linalg.norm(shoulders)), 2.0)
    _stand_up(joints, visibility, seen_width)
    top = (joints["shoulder", "left"] + joints["shoulder", "right"]) / 2
    hip = (joints["hip", "left"] + joints["hip", "right"]) / 2
    torso = max(float(np.linalg.norm(hip - top)), seen_width, 4.0)
    down = unit(hip - top)
    hip_line = joints["hip", "right"] - joints["hip", "left"]
    square = np.array([down[1], -down[0]])
    across = unit(shoulders, (1.0, 0.0))
    # Shoulders seen nearly edge-on give no direction; the spine does.
    across = unit(across + 0.5 * square, (1.0, 0.0)) if seen_width < 0.5 * torso else across
    hip_across = unit(unit(hip_line, (1.0, 0.0)) + square, (1.0, 0.0))
    full_width = max(seen_width, SHOULDERS_BY_TORSO * torso)
    cosine = min(seen_width / full_width, 1.0)
    # A turned torso is an ellipse half as deep as wide.
    torso_width = full_width * float(np.sqrt(cosine**2 + 0.25 * (1 - cosine**2)))
    knee = (joints["knee", "left"] + joints["knee", "right"]) / 2
    ankle = (joints["ankle", "left"] + joints["ankle", "right"]) / 2
    axis = np.stack([top, hip, knee, ankle])
    turn = _turn(cosine, visibility)
    return Body(
        joints=joints,
        visibility=visibility,
        shoulder_width=seen_width,
        full_width=full_width,
        torso_width=torso_width,
        torso=torso,
        across=across,
        hip_across=hip_across,
        down=down,
        faces=faces,
        turn=turn,
        axis=axis,
    )


def _turn(cosine: float, visibility: dict[tuple[Joint, Side], float]) -> float:
    """Sine of the body's turn: positive when the front's middle moves to the viewer's right.

    The angle follows from how narrow the shoulders look. Which way it goes, two dimensions do not
    tell; but the elbow that the torso hides is on the far side, to which the front's middle moves
    (and a back's away from).
    """
    hidden = visibility["elbow", "left"] - visibility["elbow", "right"]
    sure = float(np.clip((abs(hidden) - 0.15) / 0.35, 0.0, 1.0)) * float(np.clip((0.95 - cosine) / 0.1, 0.0, 1.0))
    return float(np.sign(hidden)) * sure * float(np.sqrt(1.0 - cosine**2))


def _stand_up(joints: dict, visibility: dict, seen_width: float) -> None:
    """Replace hips, knees and ankles that are not seen by those of a body standing upright."""
    top = (joints["shoulder", "left"] + joints["shoulder", "right"]) / 2
    vertical = np.array([0.0, 1.0])
    if max(visibility["hip", "left"], visibility["hip", "right"]) < _TRUSTED:
        hip = top + vertical * seen_width / SHOULDERS_BY_TORSO
        half = (joints["shoulder", "right"] - joints["shoulder", "left"]) * HIPS_BY_SHOULDERS / 2
        joints["hip", "left"], joints["hip", "right"] = hip - half, hip + half
    hip = (joints["hip", "left"] + joints["hip", "right"]) / 2
    torso = max(float(np.linalg.norm(hip - top)), seen_width)
    lengths: tuple[tuple[Joint, Joint, float], ...] = (
        ("hip", "knee", THIGH_BY_TORSO),
        ("knee", "ankle", SHIN_BY_TORSO),
    )
    for side in SIDES:
        for above, joint, ratio in lengths:
            if visibility[joint, side] < _TRUSTED / 3:
                joints[joint, side] = joints[above, side] + vertical * ratio * torso
