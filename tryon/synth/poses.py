"""Poses as directions of the limbs, turned into the body model's bone rotations.

Directions are given for the subject's left side (x left, y back, z up); the right side mirrors x. The
model's pose parameters are rotations in world-aligned axes that accumulate from parent to child
(G_child = G_parent @ D_child), so D = G_parent^T @ G_target.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class ArmPose:
    """Direction of the upper arm, bend of the elbow in degrees, axis of the elbow (None: bends forward)."""

    direction: tuple[float, float, float] = (0.30, -0.02, -1.0)
    bend_deg: float = 14.0
    axis: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class LegPose:
    """Direction of the thigh and bend of the knee in degrees."""

    direction: tuple[float, float, float] = (0.07, 0.0, -1.0)
    bend_deg: float = 2.0


@dataclass(frozen=True)
class BodyPose:
    """A whole pose. lean_deg: contrapposto, the hips' tilt in degrees. curl_deg: bend of each finger joint."""

    left_arm: ArmPose = ArmPose()
    right_arm: ArmPose = ArmPose()
    left_leg: LegPose = LegPose()
    right_leg: LegPose = LegPose()
    turn_deg: float = 0.0
    lean_deg: float = 0.0
    head_turn_deg: float = 0.0
    curl_deg: float = 20.0


def _unit(vector: F64) -> F64:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def _frame(direction: F64, normal: F64) -> F64:
    d = _unit(direction)
    n = _unit(normal - (normal @ d) * d)
    return np.stack([d, n, np.cross(d, n)], 1)


def _turn(axis: tuple[float, float, float] | F64, degrees: float) -> F64:
    return Rotation.from_rotvec(np.radians(degrees) * _unit(np.asarray(axis, float))).as_matrix()


def bone_deltas(pose: BodyPose, bones: tuple[str, ...], parents: list[int], reference: F64, heads: F64) -> F64:
    """Pose parameters (J, 4, 4) of the body model.

    Args:
        bones, parents: the skeleton. reference: (J, 3, 3) bone orientations in the reference pose;
            the second column points along the bone. heads: (J, 3) joints in the reference pose.
    """
    index = {name: i for i, name in enumerate(bones)}
    along = reference[:, :, 1]
    target: dict[int, F64] = {}  # accumulated rotation wanted for a bone
    local: dict[int, F64] = {}  # extra rotation relative to its parent
    local[index["root"]] = _turn((0, 0, 1), pose.turn_deg)
    if pose.lean_deg:
        local[index["root"]] = local[index["root"]] @ _turn((0, 1, 0), pose.lean_deg)
        for name, share in (("spine05", -0.75), ("spine03", -0.6), ("spine01", -0.2)):
            local[index[name]] = _turn((0, 1, 0), share * pose.lean_deg)
    if pose.head_turn_deg:
        for name in ("neck02", "head"):
            local[index[name]] = _turn((0, 0, 1), pose.head_turn_deg / 2)
    facing = local[index["root"]] if not pose.lean_deg else _turn((0, 0, 1), pose.turn_deg)
    for side, sign, arm, leg in (("L", 1, pose.left_arm, pose.left_leg), ("R", -1, pose.right_arm, pose.right_leg)):
        _aim_arm(target, index, along, side, sign, arm, facing)
        _aim_leg(target, index, along, heads, side, sign, leg, facing)
        _curl_fingers(local, index, along, heads, side, pose.curl_deg)
    deltas = np.tile(np.eye(4), (len(bones), 1, 1))
    accumulated = np.tile(np.eye(3), (len(bones), 1, 1))
    for bone, parent in enumerate(parents):
        before = accumulated[parent] if parent >= 0 else np.eye(3)
        if bone in target:
            deltas[bone, :3, :3] = before.T @ target[bone]
        elif bone in local:
            deltas[bone, :3, :3] = local[bone]
        accumulated[bone] = before @ deltas[bone, :3, :3]
    return deltas


def _aim_arm(
    target: dict[int, F64], index: dict[str, int], along: F64, side: str, sign: int, arm: ArmPose, facing: F64
) -> None:
    flip = np.array([sign, 1.0, 1.0])
    upper_ref, fore_ref = along[index[f"upperarm01.{side}"]], along[index[f"lowerarm01.{side}"]]
    hinge_ref = _unit(np.cross(upper_ref, fore_ref))
    upper = _unit(np.array(arm.direction) * flip)
    if arm.axis is None:
        hinge = _unit(np.cross(upper, np.array([0.0, -1.0, -0.15])))  # the forearm swings forward
    else:
        hinge = _unit(np.array(arm.axis) * np.array([1.0, sign, sign]))
    upper, hinge = facing @ upper, facing @ hinge
    fore = _turn(hinge, arm.bend_deg) @ upper
    whole = _frame(upper, hinge) @ _frame(upper_ref, hinge_ref).T
    axis = np.cross(upper_ref, facing.T @ upper)
    angle = np.degrees(np.arctan2(np.linalg.norm(axis), upper_ref @ (facing.T @ upper)))
    swing = facing @ _turn(axis, float(angle))
    twist = Rotation.from_matrix(swing.T @ whole).as_rotvec()
    target[index[f"upperarm01.{side}"]] = swing @ Rotation.from_rotvec(0.5 * twist).as_matrix()
    target[index[f"upperarm02.{side}"]] = whole
    target[index[f"lowerarm01.{side}"]] = _frame(fore, hinge) @ _frame(fore_ref, hinge_ref).T


def _aim_leg(
    target: dict[int, F64],
    index: dict[str, int],
    along: F64,
    heads: F64,
    side: str,
    sign: int,
    leg: LegPose,
    facing: F64,
) -> None:
    hip, knee = heads[index[f"upperleg01.{side}"]], heads[index[f"lowerleg01.{side}"]]
    ankle = heads[index[f"foot.{side}"]]
    right = np.array([1.0, 0.0, 0.0])
    thigh_ref, shin_ref = _unit(knee - hip), _unit(ankle - knee)
    thigh = _unit(np.array(leg.direction) * np.array([sign, 1.0, 1.0]))
    bend_ref = np.degrees(np.arcsin(np.clip(np.cross(thigh_ref, shin_ref) @ right, -1, 1)))
    shin = _turn(right, leg.bend_deg) @ thigh
    thigh_turn = facing @ _frame(thigh, right) @ _frame(thigh_ref, right).T
    shin_turn = facing @ _frame(shin, right) @ _frame(shin_ref, right).T
    del bend_ref
    for name in ("upperleg01", "upperleg02"):
        target[index[f"{name}.{side}"]] = thigh_turn
    for name in ("lowerleg01", "lowerleg02"):
        target[index[f"{name}.{side}"]] = shin_turn
    target[index[f"foot.{side}"]] = facing  # the soles stay flat


def _curl_fingers(
    local: dict[int, F64], index: dict[str, int], along: F64, heads: F64, side: str, curl_deg: float
) -> None:
    wrist = heads[index[f"wrist.{side}"]]
    first, last = heads[index[f"finger2-1.{side}"]], heads[index[f"finger5-1.{side}"]]
    palm = _unit(np.cross(first - wrist, last - wrist))
    if palm @ (heads[index[f"finger1-3.{side}"]] - wrist) < 0:
        palm = -palm  # the thumb's tip lies on the palm's side
    middle = _unit(heads[index[f"finger3-1.{side}"]] - wrist)
    across = _unit(np.cross(palm, middle))
    for finger in (2, 3, 4, 5):
        for joint in (1, 2, 3):
            bone = index[f"finger{finger}-{joint}.{side}"]
            direction = along[bone]
            bend = _turn(np.cross(direction, palm), curl_deg * (1.15 if joint > 1 else 0.7) * (0.8 + 0.08 * finger))
            if joint == 1:  # close the spread towards the middle finger
                spread = float(np.degrees(np.arcsin(np.clip(direction @ across, -1, 1))))
                bend = bend @ _turn(palm, 0.75 * spread * np.sign(np.cross(direction, middle) @ palm) * np.sign(spread))
            local[bone] = bend
