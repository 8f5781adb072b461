"""People in poses that are possible: sampled, built in batches, hands laid on the skin, the rest refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tryon.synth.bodies import Body, BodyModel, BodyShape
from tryon.synth.collisions import LIMIT_M, ClashTest
from tryon.synth.people import PersonSpec, sample_person, stand_on_soles
from tryon.synth.pose_library import NamedPose, sample_pose
from tryon.synth.poses import ArmPose

TOUCH_M = 0.004  # so far a resting hand's skin gives way
MOST_M = 0.06  # a hand that sinks deeper is in the wrong place, not a little too near
ROUNDS = 2
TRIES = 8  # of sampling a pose anew, before arms that hang are taken: they are always clear


@dataclass(frozen=True)
class Sitter:
    """Somebody in a pose; the shoes' soles stand on z = 0."""

    spec: PersonSpec
    named: NamedPose
    body: Body


def settle(named: NamedPose, depths: dict[str, float]) -> NamedPose | None:
    """The pose with hands and forearms drawn out of the flesh; None if that does not help.

    Args:
        depths: as ``ClashTest.depths`` measured them on the built pose.
    """
    if depths["legs"] > LIMIT_M:
        return None
    arms = {"L": named.pose.left_arm, "R": named.pose.right_arm}
    moved: dict[str, ArmPose] = {}
    for side, arm in arms.items():
        sunk = max(depths[f"hand.{side}"], depths[f"forearm.{side}"])
        other = arms["R" if side == "L" else "L"]
        if _is_outer(arm, other):
            sunk = max(sunk, depths["arms.L"], depths["arms.R"])
        if sunk > MOST_M:
            return None
        if sunk > LIMIT_M:
            moved[side] = _drawn_out(arm, sunk - TOUCH_M)
    if not moved:
        return None
    pose = replace(named.pose, left_arm=moved.get("L", arms["L"]), right_arm=moved.get("R", arms["R"]))
    return replace(named, pose=pose)


def _is_outer(arm: ArmPose, other: ArmPose) -> bool:
    """Whether of two hands that meet this one lies over the other."""
    if arm.reach is None:
        return False
    return other.reach is None or arm.reach.out_m >= other.reach.out_m


def _drawn_out(arm: ArmPose, by_m: float) -> ArmPose:
    if arm.reach is None:
        x, y, z = arm.direction
        return replace(arm, direction=(x + by_m / 0.5, y, z))  # half a metre from shoulder to hand
    return replace(arm, reach=replace(arm.reach, out_m=arm.reach.out_m + by_m))


def build_settled(
    model: BodyModel, test: ClashTest, shapes: Sequence[BodyShape], poses: Sequence[NamedPose]
) -> list[tuple[NamedPose, Body] | None]:
    """Bodies whose limbs keep out of each other, with the pose as it was built; None where none could be found."""
    out: list[tuple[NamedPose, Body] | None] = [None] * len(shapes)
    left = dict(enumerate(poses))
    for attempt in range(ROUNDS + 1):
        if not left:
            break
        bodies = model.build_many([shapes[i] for i in left], [named.pose for named in left.values()])
        again: dict[int, NamedPose] = {}
        for (i, named), body in zip(left.items(), bodies, strict=True):
            depths = test.depths(body)
            if max(depths.values()) <= LIMIT_M:
                out[i] = named, body
            elif attempt < ROUNDS and (better := settle(named, depths)) is not None:
                again[i] = better
        left = again
    return out


def cast_people(
    rng: np.random.Generator,
    count: int,
    model: BodyModel,
    test: ClashTest,
    data: Path,
    families: Sequence[str | None] = (None,),
) -> list[Sitter]:
    """``count`` random people in possible poses; a refused pose is sampled anew for the same person.

    Args:
        families: of poses, in turn; None: any.
    """
    specs = [sample_person(rng, data) for _ in range(count)]
    out: list[Sitter | None] = [None] * count
    tried = 0
    while missing := [i for i in range(count) if out[i] is None]:
        tried += 1
        poses = [sample_pose(rng, families[i % len(families)] if tried <= TRIES else "down") for i in missing]
        built = build_settled(model, test, [specs[i].shape for i in missing], poses)
        for i, found in zip(missing, built, strict=True):
            if found is not None:
                named, body = found
                out[i] = Sitter(specs[i], named, stand_on_soles(specs[i], body, model, data))
    return [sitter for sitter in out if sitter is not None]
