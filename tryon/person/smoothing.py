"""Landmarks of a video without their trembling: the one-euro filter (Casiez, Roussel and Vogel 2012, CHI).

    y_t = y_{t-1} + a (x_t - y_{t-1}),   a = 1 / (1 + 1 / (2 pi f dt)),   f = f_min + beta |v|

A slow point is held still, a fast one is followed at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.person.agnostic import body_unit
from tryon.types import Pose

F32 = NDArray[np.float32]


@dataclass(frozen=True)
class SmoothingSettings:
    """How much is smoothed; lengths in shoulder widths."""

    still_hz: float = 1.0  # cut-off of a point at rest: MediaPipe's trembling has 2 Hz and more
    follow: float = 6.0  # Hz for each shoulder width a second: a waving hand lags by less than a frame
    speed_hz: float = 2.0  # cut-off of the speed itself
    jump: float = 0.8  # median step from one frame to the next that is another person, not a movement
    gap_s: float = 0.7  # after a longer pause it starts anew


DEFAULT = SmoothingSettings()


class PoseFilter:
    """Smooths the poses of one person in one stream; not to be shared by threads."""

    def __init__(self, settings: SmoothingSettings = DEFAULT) -> None:
        self._settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget the person."""
        self._last: Pose | None = None
        self._speed = np.zeros((33, 2), np.float32)
        self._seconds = 0.0

    def __call__(self, pose: Pose, seconds: float) -> Pose:
        """The smoothed pose.

        Args:
            pose: as found in the frame, pixels. seconds: of the frame, on any clock that does not go back.

        Returns:
            A pose of the same frame; the given one for a first frame, another person, or after a pause.
        """
        s, last, unit = self._settings, self._last, body_unit(pose)
        dt = seconds - self._seconds
        self._seconds = seconds
        if last is not None and 0 < dt <= s.gap_s:
            step = (pose.points_px - last.points_px) / unit
            if float(np.median(np.linalg.norm(step, axis=1))) <= s.jump:
                self._last = self._follow(pose, last, step, dt, unit)
                return self._last
        self._speed[:] = 0
        self._last = pose
        return pose

    def _follow(self, pose: Pose, last: Pose, step: F32, dt: float, unit: float) -> Pose:
        s = self._settings
        self._speed += _weight(np.float32(s.speed_hz), dt) * (step / dt - self._speed)
        speed = np.linalg.norm(self._speed, axis=1, keepdims=True)
        share = _weight(s.still_hz + s.follow * speed, dt)
        points = last.points_px + share * step * unit
        seen = last.visibility + _weight(np.float32(2 * s.still_hz), dt) * (pose.visibility - last.visibility)
        return Pose(points.astype(np.float32), seen.astype(np.float32))


def _weight(cut_off_hz: F32 | np.float32, dt: float) -> F32:
    """How much of a new value counts."""
    return np.asarray(1 / (1 + 1 / (2 * np.pi * cut_off_hz * dt)), np.float32)
