"""Poses as directions or reaching points of the limbs, turned into the body model's bone rotations.

Directions are given for the subject's left side (x left, y back, z up); the right side mirrors x. The
model's pose parameters are rotations in world-aligned axes that accumulate from parent to child
(G_child = G_parent @ D_child), so D = G_parent^T @ G_target.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.synth.reach import Reach, TrunkGauge, bend_elbow, palm_target, turn_about, twist_about

F64 = NDArray[np.float64]
Vector = tuple[float, float, float]


@dataclass(frozen=True)
class ArmPose:
    """Direction of the upper arm, bend of the elbow in degrees, axis of the elbow (None: bends forward).

    reach: where the palm goes instead (then the three before are unused). curl_deg, thumb_deg: bend of
    this hand's fingers and thumb (None: as the whole pose says). roll_deg: turns the hand about the
    forearm, the palm forwards if positive.
    """

    direction: Vector = (0.30, -0.02, -1.0)
    bend_deg: float = 14.0
    axis: Vector | None = None
    reach: Reach | None = None
    curl_deg: float | None = None
    thumb_deg: float = 0.0
    roll_deg: float = 0.0


@dataclass(frozen=True)
class LegPose:
    """Direction of the thigh and bend of the knee in degrees; out_deg: the foot points outwards;
    heel_deg: the heel is lifted."""

    direction: Vector = (0.07, 0.0, -1.0)
    bend_deg: float = 2.0
    out_deg: float = 0.0
    heel_deg: float = 0.0


@dataclass(frozen=True)
class BodyPose:
    """A whole pose. lean_deg: contrapposto, the hips' tilt in degrees. curl_deg: bend of each finger joint.

    turn_deg: about the vertical, the body's own left first seen for negative ones. twist_deg: of the
    chest against the hips. bow_deg: of the spine, forwards. head_tilt_deg: to the own left shoulder;
    head_nod_deg: downwards. plant: the higher foot is lowered onto its toes.
    """

    left_arm: ArmPose = ArmPose()
    right_arm: ArmPose = ArmPose()
    left_leg: LegPose = LegPose()
    right_leg: LegPose = LegPose()
    turn_deg: float = 0.0
    lean_deg: float = 0.0
    head_turn_deg: float = 0.0
    curl_deg: float = 20.0
    twist_deg: float = 0.0
    bow_deg: float = 0.0
    head_tilt_deg: float = 0.0
    head_nod_deg: float = 0.0
    plant: bool = False


def _unit(vector: F64) -> F64:
    return vector / max(float(np.sqrt(vector @ vector)), 1e-9)


def _cross(a: F64, b: F64) -> F64:
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def _frame(direction: F64, normal: F64) -> F64:
    d = _unit(direction)
    n = _unit(normal - (normal @ d) * d)
    return np.stack([d, n, _cross(d, n)], 1)


def bone_deltas(
    pose: BodyPose,
    bones: tuple[str, ...],
    parents: list[int],
    reference: F64,
    heads: F64,
    gauge: TrunkGauge | None = None,
) -> F64:
    """Pose parameters (J, 4, 4) of the body model.

    Args:
        bones, parents: the skeleton. reference: (J, 3, 3) bone orientations in the reference pose;
            the second column points along the bone. heads: (J, 3) joints in the reference pose.
        gauge: how thick the trunk is, for arms that reach; None: an average one.
    """
    return _Solver(pose, bones, parents, reference, heads, gauge or TrunkGauge.average(heads, bones)).solve()


class _Solver:
    """One pose on one skeleton, from the root outwards."""

    def __init__(
        self,
        pose: BodyPose,
        bones: tuple[str, ...],
        parents: list[int],
        reference: F64,
        heads: F64,
        gauge: TrunkGauge,
    ) -> None:
        self.pose, self.bones, self.parents, self.heads, self.gauge = pose, bones, parents, heads, gauge
        self.index = {name: i for i, name in enumerate(bones)}
        self.along = reference[:, :, 1]
        self.target: dict[int, F64] = {}  # accumulated rotation wanted for a bone
        self.local: dict[int, F64] = {}  # extra rotation relative to its parent
        self.turned = np.tile(np.eye(3), (len(bones), 1, 1))
        self.place = heads.copy()
        self.facing = turn_about((0, 0, 1), pose.turn_deg)

    def solve(self) -> F64:
        pose, index = self.pose, self.index
        self._trunk()
        for side, sign, leg in (("L", 1, pose.left_leg), ("R", -1, pose.right_leg)):
            self._aim_leg(side, sign, leg)
        for side, arm in (("L", pose.left_arm), ("R", pose.right_arm)):
            curl = pose.curl_deg if arm.curl_deg is None else arm.curl_deg
            _curl_fingers(self.local, index, self.along, self.heads, side, curl, arm.thumb_deg)
        starts = {index["upperarm01.L"]: ("L", 1, pose.left_arm), index["upperarm01.R"]: ("R", -1, pose.right_arm)}
        deltas = np.tile(np.eye(4), (len(self.bones), 1, 1))
        for bone, parent in enumerate(self.parents):
            if parent < 0:
                before = np.eye(3)
            else:
                before = self.turned[parent]
                self.place[bone] = self.place[parent] + before @ (self.heads[bone] - self.heads[parent])
            if bone in starts:
                self._aim_arm(bone, *starts[bone])
            if bone in self.target:
                deltas[bone, :3, :3] = before.T @ self.target[bone]
            elif bone in self.local:
                deltas[bone, :3, :3] = self.local[bone]
            self.turned[bone] = before @ deltas[bone, :3, :3]
        if pose.plant:
            self._plant(deltas)
        return deltas

    def _trunk(self) -> None:
        pose, index, local = self.pose, self.index, self.local
        local[index["root"]] = self.facing
        if pose.lean_deg:
            local[index["root"]] = self.facing @ turn_about((0, 1, 0), pose.lean_deg)
            for name, share in (("spine05", -0.75), ("spine03", -0.6), ("spine01", -0.2)):
                local[index[name]] = turn_about((0, 1, 0), share * pose.lean_deg)
        if pose.twist_deg or pose.bow_deg:
            for name in ("spine04", "spine03", "spine02"):
                bend = turn_about((0, 0, 1), pose.twist_deg / 3) @ turn_about((1, 0, 0), pose.bow_deg / 3)
                local[index[name]] = local.get(index[name], np.eye(3)) @ bend
        if pose.head_turn_deg or pose.head_tilt_deg or pose.head_nod_deg:
            half = turn_about((0, 0, 1), pose.head_turn_deg / 2)
            half = half @ turn_about((0, 1, 0), pose.head_tilt_deg / 2) @ turn_about((1, 0, 0), pose.head_nod_deg / 2)
            for name in ("neck02", "head"):
                local[index[name]] = half
        for side, sign, arm in (("L", 1, pose.left_arm), ("R", -1, pose.right_arm)):
            up = _unit(np.array(arm.direction, float))[2] if arm.reach is None else arm.reach.lift
            if up > -0.5:  # the collar bone follows an arm that rises above its reference
                lift = 0.25 * float(np.degrees(np.arcsin(np.clip(up, -1, 1))) + 30.0)
                local[index[f"clavicle.{side}"]] = turn_about((0, -sign, 0), lift)

    def _aim_arm(self, bone: int, side: str, sign: int, arm: ArmPose) -> None:
        index, along = self.index, self.along
        upper_ref, fore_ref = along[bone], along[index[f"lowerarm01.{side}"]]
        if arm.reach is not None:  # to arrive where it should, from joint to joint
            elbow = self.heads[index[f"lowerarm01.{side}"]]
            upper_ref = _unit(elbow - self.heads[bone])
            fore_ref = _unit(self.heads[index[f"wrist.{side}"]] - elbow)
        hinge_ref = _unit(_cross(upper_ref, fore_ref))
        palm_frame = None
        if arm.reach is not None:
            upper, fore, palm_frame = self._reach(bone, side, sign, arm.reach)
            hinge = _unit(_cross(upper, fore))
        else:
            upper, hinge = self.facing @ _unit(np.array(arm.direction) * np.array([sign, 1.0, 1.0])), np.zeros(3)
            if arm.axis is None:
                local = self.facing.T @ upper
                hinge = self.facing @ _unit(_cross(local, np.array([0.0, -1.0, -0.15])))  # the forearm swings forward
            else:
                hinge = self.facing @ _unit(np.array(arm.axis) * (1.0, sign, sign))
            fore = turn_about(hinge, arm.bend_deg) @ upper
        whole = _frame(upper, hinge) @ _frame(upper_ref, hinge_ref).T
        axis = _cross(upper_ref, self.facing.T @ upper)
        angle = np.degrees(np.arctan2(np.sqrt(axis @ axis), upper_ref @ (self.facing.T @ upper)))
        swing = self.facing @ turn_about(axis, float(angle))
        self.target[bone] = swing @ turn_about(upper_ref, 0.5 * twist_about(swing.T @ whole, upper_ref))
        self.target[index[f"upperarm02.{side}"]] = whole
        lower = _frame(fore, hinge) @ _frame(fore_ref, hinge_ref).T
        self.target[index[f"lowerarm01.{side}"]] = lower
        hand = None
        if palm_frame is not None:
            hand = palm_frame @ _frame(*self._palm(side)).T
        elif arm.roll_deg:
            hand = lower @ turn_about(fore_ref, -sign * arm.roll_deg)
        if hand is not None:
            twist = twist_about(lower.T @ hand, fore_ref)
            self.target[index[f"lowerarm02.{side}"]] = lower @ turn_about(fore_ref, 0.65 * twist)
            self.target[index[f"wrist.{side}"]] = hand

    def _palm(self, side: str) -> tuple[F64, F64]:
        """The fingers' direction and where the palm faces, in the reference."""
        return hand_axes(self.index, self.heads, side)

    def _reach(self, bone: int, side: str, sign: int, reach: Reach) -> tuple[F64, F64, F64]:
        """Directions of upper arm and forearm and the hand's frame, all turned with the body."""
        index, heads = self.index, self.heads
        carrier = index["root"] if reach.height < 0.45 else index["spine01"]
        turned, at = self.turned[carrier], self.place[carrier]
        point, fingers, palm = palm_target(reach, self.gauge, sign)
        wrist, knuckle = heads[index[f"wrist.{side}"]], heads[index[f"finger3-1.{side}"]]
        half_hand = 0.55 * float(np.linalg.norm(knuckle - wrist))
        point = at + turned @ (point - heads[carrier])
        fingers, palm = turned @ fingers, turned @ palm
        elbow = heads[index[f"lowerarm01.{side}"]]
        upper, fore = bend_elbow(
            self.place[bone],
            point - half_hand * fingers,
            float(np.linalg.norm(elbow - heads[bone])),
            float(np.linalg.norm(wrist - elbow)),
            turned @ _unit(np.array(reach.elbow) * np.array([sign, 1.0, 1.0])),
        )
        return upper, fore, _frame(fingers, palm)

    def _aim_leg(self, side: str, sign: int, leg: LegPose) -> None:
        index, heads, facing = self.index, self.heads, self.facing
        hip, knee = heads[index[f"upperleg01.{side}"]], heads[index[f"lowerleg01.{side}"]]
        ankle = heads[index[f"foot.{side}"]]
        right = np.array([1.0, 0.0, 0.0])
        thigh_ref, shin_ref = _unit(knee - hip), _unit(ankle - knee)
        thigh = _unit(np.array(leg.direction) * np.array([sign, 1.0, 1.0]))
        shin = turn_about(right, leg.bend_deg) @ thigh
        turn = facing @ turn_about((0, 0, 1), 0.5 * sign * leg.out_deg) if leg.out_deg else facing
        thigh_turn = _frame(facing @ thigh, turn @ right) @ _frame(thigh_ref, right).T
        shin_turn = _frame(facing @ shin, turn @ right) @ _frame(shin_ref, right).T
        for name in ("upperleg01", "upperleg02"):
            self.target[index[f"{name}.{side}"]] = thigh_turn
        for name in ("lowerleg01", "lowerleg02"):
            self.target[index[f"{name}.{side}"]] = shin_turn
        # the soles stay flat
        foot = facing @ turn_about((0, 0, 1), sign * leg.out_deg) @ turn_about((1, 0, 0), leg.heel_deg)
        self.target[index[f"foot.{side}"]] = foot

    def _plant(self, deltas: F64) -> None:
        """Lower the higher foot's toes to the floor on which the other one stands."""
        index = self.index
        drop = self.place[index["foot.L"]][2] - self.place[index["foot.R"]][2]
        side = "L" if drop > 0 else "R"
        foot, toes = index[f"foot.{side}"], index[f"toe2-1.{side}"]
        length = float(np.linalg.norm(self.heads[toes] - self.heads[foot]))
        lift = float(np.degrees(np.arcsin(np.clip(abs(drop) / max(length, 0.05), 0.0, 0.75))))
        tip = turn_about((1, 0, 0), lift)
        parent = self.turned[self.parents[foot]]
        deltas[foot, :3, :3] = parent.T @ self.target[foot] @ tip
        for bone in range(len(self.bones)):  # the toes stay on the floor
            name = self.bones[bone]
            if name.startswith("toe") and name.endswith(f"-1.{side}"):
                deltas[bone, :3, :3] = turn_about((1, 0, 0), -0.8 * lift)


def hand_axes(index: dict[str, int], heads: F64, side: str) -> tuple[F64, F64]:
    """The middle finger's direction and the palm's normal (both (3,) units), from joints (J, 3)."""
    wrist = heads[index[f"wrist.{side}"]]
    first, last = heads[index[f"finger2-1.{side}"]], heads[index[f"finger5-1.{side}"]]
    palm = _unit(_cross(first - wrist, last - wrist))
    if palm @ (heads[index[f"finger1-3.{side}"]] - wrist) < 0:
        palm = -palm  # the thumb's tip lies on the palm's side
    return _unit(heads[index[f"finger3-1.{side}"]] - wrist), palm


def _curl_fingers(
    local: dict[int, F64],
    index: dict[str, int],
    along: F64,
    heads: F64,
    side: str,
    curl_deg: float,
    thumb_deg: float = 0.0,
) -> None:
    middle, palm = hand_axes(index, heads, side)
    across = _unit(_cross(palm, middle))
    for finger in (2, 3, 4, 5):
        for joint in (1, 2, 3):
            bone = index[f"finger{finger}-{joint}.{side}"]
            direction = along[bone]
            bend = turn_about(_cross(direction, palm), curl_deg * (1.15 if joint > 1 else 0.7) * (0.8 + 0.08 * finger))
            if joint == 1:  # close the spread towards the middle finger
                spread = float(np.degrees(np.arcsin(np.clip(direction @ across, -1, 1))))
                sign = np.sign(_cross(direction, middle) @ palm) * np.sign(spread)
                bend = bend @ turn_about(palm, 0.75 * spread * float(sign))
            local[bone] = bend
    if thumb_deg:
        for joint, share in ((1, 0.35), (2, 0.7), (3, 0.8)):
            bone = index[f"finger1-{joint}.{side}"]
            local[bone] = turn_about(_cross(along[bone], _unit(palm + 0.5 * middle)), thumb_deg * share)
