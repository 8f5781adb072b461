"""The outline that a bare body would have: limbs and trunk drawn from the pose."""

from __future__ import annotations

from tryon.geometry.outline import outline_of
from tryon.types import MaskF32, Pose


def body_outline(pose: Pose, height: int, width: int) -> MaskF32:
    """Where a body in this pose is, (height, width) 0..1 with a soft rim; pose in the frame's pixels."""
    return outline_of(pose.points_px, height, width)
