"""The poses in which people are photographed, each sampled with jitter.

Everything is written for the left hand and mirrored half of the time. A pose also says what is held,
as "thing.side" ("phone.L", "shoulder_bag.R", "stool"): ``props`` draws it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tryon.errors import BadRequestError
from tryon.synth.poses import ArmPose, BodyPose, LegPose
from tryon.synth.reach import Reach, Vector

Rng = np.random.Generator


@dataclass(frozen=True)
class NamedPose:
    """A pose of a family. held: props by name and side ("L", "R"), and "pocket.L" for fingers out of sight."""

    family: str
    pose: BodyPose
    held: tuple[str, ...] = ()

    @property
    def turn_deg(self) -> float:
        """How far the body is turned from the camera."""
        return self.pose.turn_deg


def _near(rng: Rng, value: float, spread: float) -> float:
    """A value within two spreads."""
    return value + spread * float(np.clip(rng.normal(), -2, 2))


def _vector(rng: Rng, vector: Vector, spread: float = 0.05) -> Vector:
    x, y, z = (_near(rng, v, spread) for v in vector)
    return x, y, z


def _hanging(rng: Rng, out: float = 0.19) -> ArmPose:
    """An arm that hangs, the hand beside the thigh."""
    direction = (_near(rng, out, 0.035), _near(rng, 0.02, 0.06), -1.0)
    return ArmPose(direction, _near(rng, 14, 5), None, None, _near(rng, 16, 6), _near(rng, 6, 4), _near(rng, -28, 13))


def _legs(rng: Rng) -> tuple[LegPose, LegPose]:
    """Two legs that stand: together to shoulder-wide, one sometimes eased forwards."""
    wide = float(rng.uniform(-0.015, 0.07))
    ease = float(rng.uniform(0, 1)) ** 2
    bent = LegPose((wide + 0.01 * ease, -0.10 * ease, -1.0), 2 + 10 * ease, _near(rng, 7 + 8 * ease, 4))
    return LegPose((wide, 0.0, -1.0), _near(rng, 2.5, 0.7), _near(rng, 6, 3)), bent


def _standing(rng: Rng, left: ArmPose, right: ArmPose) -> BodyPose:
    still, eased = _legs(rng)
    lean = _near(rng, 2.2, 1.4) if rng.random() < 0.3 else 0.0
    return BodyPose(left, right, eased, still, lean_deg=-lean, plant=True)


def _reaching(rng: Rng, reach: Reach, curl: float = -5.0, thumb: float = -30.0, jitter: float = 1.0) -> ArmPose:
    """A hand that rests flat unless curled; the model's fingers are bent a little and its thumb stands off."""
    reach = replace(
        reach,
        height=_near(rng, reach.height, 0.018 * jitter),
        angle_deg=_near(rng, reach.angle_deg, 4.0 * jitter),
        out_m=reach.out_m + abs(_near(rng, 0.0, 0.004)),
        fingers=_vector(rng, reach.fingers, 0.06 * jitter),
        elbow=_vector(rng, reach.elbow, 0.07 * jitter),
    )
    return ArmPose(reach=reach, curl_deg=_near(rng, curl, 4), thumb_deg=thumb)


def _hip_hand(rng: Rng) -> ArmPose:
    back = rng.random() < 0.35  # the fingers point backwards, the thumb forwards
    fingers = (-0.15, 0.9, -0.35) if back else (-0.35, -0.85, -0.5)
    reach = Reach(0.30, 100 if back else 84, 0.018, fingers, None, (1.0, 0.35 if not back else 0.15, 0.05))
    return _reaching(rng, reach, -4.0, -30.0, 0.8)


def _pocket_hand(rng: Rng) -> ArmPose:
    return _reaching(rng, Reach(0.02, 66, 0.016, (-0.18, -0.25, -1.0), None, (0.75, 0.75, 0.0)))


def _phone_hand(rng: Rng, height: float, angle: float, out: float, fingers: Vector, elbow: Vector) -> ArmPose:
    reach = Reach(height, angle, out, fingers, (-0.12, 1.0, 0.1), elbow, lift=(height - 1.4))
    return _reaching(rng, reach, 34.0, 30.0)


def _down(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    return _standing(rng, _hanging(rng), _hanging(rng)), ()


def _hips_both(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    return _standing(rng, _hip_hand(rng), _hip_hand(rng)), ()


def _hip_one(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    return _standing(rng, _hip_hand(rng), _hanging(rng)), ()


def _crossed(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    # found by search over four builds: forearms clear of the chest and of each other
    left = Reach(0.78, -50, 0.07, (-0.95, 0.45, -0.1), (0.0, 1.0, -0.1), (0.6, -1.1, -1.0))
    right = Reach(0.54, -48, 0.02, (-0.7, 0.5, -0.15), (0.0, 1.0, 0.1), (0.9, -1.2, -1.0))
    return _standing(rng, _reaching(rng, left, 0, -20, 0.4), _reaching(rng, right, -4, -30, 0.4)), ()


def _behind(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    high = _near(rng, 0.10, 0.03)
    left = Reach(high, 168, 0.012, (-0.5, 0.1, -0.9), None, (0.8, 0.75, 0.0))
    right = replace(left, height=high + 0.05, out_m=0.05)
    arms = [_reaching(rng, r, 2, -30, 0.4) for r in (left, right)]
    if rng.random() < 0.3:
        arms[1] = _hanging(rng)
    return _standing(rng, arms[0], arms[1]), ()


def _pockets(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    if rng.random() < 0.5:
        return _standing(rng, _pocket_hand(rng), _pocket_hand(rng)), ("pocket.L", "pocket.R")
    return _standing(rng, _pocket_hand(rng), _hanging(rng)), ("pocket.L",)


def _raised(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    kind = rng.random()
    if kind < 0.4:  # up and away
        arm = ArmPose(_vector(rng, (0.6, -0.1, 0.9), 0.1), _near(rng, 28, 12), (0.1, -0.1, 1.0), curl_deg=12.0)
    elif kind < 0.75:  # waving beside the head
        arm = ArmPose(_vector(rng, (0.85, -0.15, -0.25), 0.08), _near(rng, 105, 12), (0.3, -1.0, 0.1), curl_deg=8.0)
    else:  # the hand at the hair
        reach = Reach(1.52, 95, 0.05, (-0.6, 0.35, 0.7), (-1.0, 0.2, 0.0), (1.0, 0.1, 0.3), lift=0.3)
        arm = _reaching(rng, reach, 0, -20, 0.6)
    other = _hip_hand(rng) if rng.random() < 0.3 else _hanging(rng)
    return _standing(rng, arm, other), ()


def _selfie(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    arm = _phone_hand(rng, 1.22, 24, 0.42, (-0.55, 0.0, 0.85), (0.6, 0.2, -1.0))
    pose = _standing(rng, arm, _hanging(rng))
    return replace(pose, head_turn_deg=_near(rng, 8, 4)), ("phone.L",)


def _mirror(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    high = float(rng.uniform(0.85, 1.35))
    arm = _phone_hand(rng, high, 22, 0.16 + 0.06 * rng.random(), (-0.55, 0.0, 0.85), (0.7, 0.1, -1.0))
    others: list[Callable[[Rng], ArmPose]] = [_hanging, _hip_hand, _pocket_hand]
    other = others[int(rng.choice(3, p=[0.5, 0.25, 0.25]))]
    held = ("phone.L", "pocket.R") if other is _pocket_hand else ("phone.L",)
    return replace(_standing(rng, arm, other(rng)), head_nod_deg=_near(rng, 5, 3)), held


def _texting(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    reach = Reach(0.66, 26, 0.14, (-0.55, -0.35, 0.6), (-0.1, 0.8, 0.6), (0.7, 0.4, -1.0))
    arm = _reaching(rng, reach, 34, 30)
    return replace(_standing(rng, arm, _hanging(rng)), head_nod_deg=_near(rng, 16, 5)), ("phone.L",)


def _bag_hand(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    arm = replace(_hanging(rng, 0.27), curl_deg=66.0, thumb_deg=30.0, bend_deg=_near(rng, 10, 3), roll_deg=0.0)
    return _standing(rng, arm, _hanging(rng)), (str(rng.choice(["handbag.L", "tote.L"])),)


def _bag_shoulder(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    arm = ArmPose((_near(rng, 0.30, 0.03), -0.20, -1.0), _near(rng, 20, 5), curl_deg=_near(rng, 18, 6), roll_deg=-20.0)
    return _standing(rng, arm, _hanging(rng)), ("shoulder_bag.L",)


def _clasped(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    high = float(rng.uniform(0.02, 0.22))
    left = Reach(high, 4, 0.03, (-0.75, -0.05, -0.65), (0.0, 1.0, 0.0), (0.9, 0.35, -0.2))
    right = replace(left, height=high + 0.05, angle_deg=8, out_m=0.066)
    return _standing(rng, _reaching(rng, left, 0, -25, 0.4), _reaching(rng, right, 8, -20, 0.4)), ()


def _cup(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    reach = Reach(0.56, 40, 0.14, (-0.45, -0.9, 0.1), (-0.9, 0.45, 0.0), (0.7, 0.6, -0.8))
    other = _pocket_hand if rng.random() < 0.3 else _hanging
    held = ("cup.L", "pocket.R") if other is _pocket_hand else ("cup.L",)
    return _standing(rng, _reaching(rng, reach, 44, 40), other(rng)), held


def _walking(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    step = float(rng.uniform(0.5, 1.0))
    front = LegPose((0.03, -0.30 * step, -1.0), 4 + 3 * step, 4.0)
    rear = LegPose((0.0, 0.14 * step, -1.0), 8 + 18 * step, 5.0, 6 + 14 * step)
    swing = _near(rng, 0.26, 0.06) * step
    left = ArmPose((0.20, swing, -1.0), _near(rng, 14, 4), curl_deg=_near(rng, 24, 7), roll_deg=_near(rng, -15, 9))
    right = ArmPose((0.20, -swing, -1.0), _near(rng, 26, 6), curl_deg=_near(rng, 24, 7), roll_deg=_near(rng, -15, 9))
    pose = BodyPose(left, right, front, rear, twist_deg=_near(rng, 5, 2) * step, plant=True)
    return pose, ()


def _contrapposto(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    free = LegPose((_near(rng, 0.07, 0.02), _near(rng, -0.16, 0.05), -1.0), _near(rng, 20, 6), _near(rng, 14, 5))
    stand = LegPose((0.02, 0.0, -1.0), 1.5, 6.0)
    arm = _hip_hand(rng) if rng.random() < 0.4 else _hanging(rng)
    pose = BodyPose(_hanging(rng), arm, free, stand, lean_deg=_near(rng, -4.5, 1.2), plant=True)
    return replace(pose, twist_deg=_near(rng, 0, 3)), ()


def _sitting(rng: Rng) -> tuple[BodyPose, tuple[str, ...]]:
    apart, bend = float(rng.uniform(0.03, 0.22)), _near(rng, 88, 7)
    legs = [LegPose((apart + 0.03 * rng.random(), -1.0, -0.06), bend, _near(rng, 8, 3)) for _ in range(2)]
    rest = Reach(0.20, 24, 0.20, (-0.15, -1.0, -0.15), (0.0, 0.0, -1.0), (0.7, 0.6, -0.5))
    arms = [_reaching(rng, rest, -5, -30, 0.6) for _ in range(2)]
    if rng.random() < 0.35:  # both hands in the lap
        left = Reach(0.14, 3, 0.12, (-0.9, -0.4, -0.1), (0.0, 0.35, -1.0), (0.8, 0.5, -0.3))
        arms = [_reaching(rng, r, 4, -25, 0.4) for r in (left, replace(left, height=0.21))]
    return BodyPose(arms[0], arms[1], legs[0], legs[1], bow_deg=_near(rng, 4, 3)), ("stool",)


# share of the records, and the builder: most people stand with their arms down
_BUILDERS: dict[str, tuple[float, Callable[[Rng], tuple[BodyPose, tuple[str, ...]]]]] = {
    "down": (0.26, _down),
    "hips_both": (0.06, _hips_both),
    "hip_one": (0.08, _hip_one),
    "crossed": (0.04, _crossed),
    "behind": (0.05, _behind),
    "pockets": (0.08, _pockets),
    "raised": (0.04, _raised),
    "selfie": (0.03, _selfie),
    "mirror": (0.07, _mirror),
    "texting": (0.03, _texting),
    "bag_hand": (0.03, _bag_hand),
    "bag_shoulder": (0.05, _bag_shoulder),
    "clasped": (0.05, _clasped),
    "cup": (0.02, _cup),
    "walking": (0.05, _walking),
    "contrapposto": (0.04, _contrapposto),
    "sitting": (0.02, _sitting),
}
FAMILIES = tuple(_BUILDERS)


def mirror_pose(named: NamedPose) -> NamedPose:
    """The same pose with left and right exchanged."""
    p = named.pose
    pose = replace(
        p,
        left_arm=p.right_arm,
        right_arm=p.left_arm,
        left_leg=p.right_leg,
        right_leg=p.left_leg,
        turn_deg=-p.turn_deg,
        lean_deg=-p.lean_deg,
        head_turn_deg=-p.head_turn_deg,
        twist_deg=-p.twist_deg,
        head_tilt_deg=-p.head_tilt_deg,
    )
    other = {"L": "R", "R": "L"}
    held = tuple(f"{t.split('.')[0]}.{other[t.split('.')[1]]}" if "." in t else t for t in named.held)
    return NamedPose(named.family, pose, held)


def _sample_turn(rng: Rng) -> float:
    """Mostly to the camera, a third turned visibly, some as far as 60 degrees."""
    kind = rng.random()
    if kind < 0.55:
        return _near(rng, 0, 5)
    sign = 1.0 if rng.random() < 0.5 else -1.0
    return sign * float(rng.uniform(10, 32) if kind < 0.84 else rng.uniform(32, 60))


def sample_pose(rng: Rng, family: str | None = None) -> NamedPose:
    """A random pose of one of FAMILIES, or of the family named.

    Raises:
        BadRequestError: there is no such family.
    """
    if family is None:
        share = np.array([weight for weight, _ in _BUILDERS.values()])
        family = FAMILIES[int(rng.choice(len(FAMILIES), p=share / share.sum()))]
    if family not in _BUILDERS:
        raise BadRequestError(f"There is no pose family {family!r}; there are {', '.join(FAMILIES)}.")
    pose, held = _BUILDERS[family][1](rng)
    turn = _sample_turn(rng)
    # the head looks back to the camera in part
    look = -float(rng.uniform(0.2, 0.9)) * turn if abs(turn) > 8 else _near(rng, 0, 5)
    pose = replace(
        pose,
        turn_deg=turn,
        head_turn_deg=float(np.clip(pose.head_turn_deg + look, -42, 42)),
        head_tilt_deg=pose.head_tilt_deg + _near(rng, 0, 3),
        head_nod_deg=pose.head_nod_deg + _near(rng, 0, 3),
        curl_deg=_near(rng, pose.curl_deg, 3),
    )
    named = NamedPose(family, pose, held)
    return mirror_pose(named) if rng.random() < 0.5 else named
