"""Cameras of the layer renderer: where a phone stands for a photo, and views straight onto a table.

World frame: as in ``bodies`` (metres, x = the subject's left, y = back, z = up, the body faces -y).
Camera frame: x right, y up, z towards the camera. Pixels are those of the *native* frame of ``record``
(or its *half* frame where said), counted from the centre of the top left pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.synth.record import NATIVE

F64 = NDArray[np.float64]
Framing = Literal["full", "knee", "hip"]
FRAMINGS: tuple[Framing, ...] = ("full", "knee", "hip")
LONG_SIDE_MM = 34.6  # of a 4:3 sensor whose diagonal is that of 35 mm film: focal lengths are "equivalents"
CENTRE = ((NATIVE[1] - 1) / 2, (NATIVE[0] - 1) / 2)
Vector = tuple[float, float, float]


def to_half(native_px: F64) -> F64:
    """Native pixels (..., 2) to the half frame: half pixel i covers native pixels 2i and 2i + 1."""
    return (native_px - 0.5) / 2


def to_native(half_px: F64) -> F64:
    """Half-frame pixels (..., 2) to native ones."""
    return half_px * 2 + 0.5


class Camera(Protocol):
    """What the renderer asks of a camera."""

    @property
    def eye(self) -> Vector: ...

    @property
    def turn(self) -> F64: ...

    def view(self, points: F64) -> F64: ...

    def matrix(self) -> F64: ...

    def project(self, points: F64) -> F64: ...


def _view(points: F64, eye: Vector, axes: tuple[Vector, Vector, Vector]) -> F64:
    return (np.asarray(points, np.float64) - np.array(eye)) @ np.array(axes).T


def _clip(rows: F64, eye: Vector, axes: tuple[Vector, Vector, Vector]) -> F64:
    """Clip matrix (4, 4) from the projection's rows in the camera frame."""
    turn = np.array(axes)
    view = np.eye(4)
    view[:3, :3], view[:3, 3] = turn, -turn @ np.array(eye)
    return rows @ view


@dataclass(frozen=True)
class PhotoCamera:
    """A pinhole camera.

    eye: world metres. axes: the camera's right, up and backward directions in the world (rows).
    focal_px: native pixels. centre_px: where the axis meets the picture, native pixels; off the
    middle in a cropped photo. near_m, far_m: what is nearer or further is not drawn.
    """

    eye: Vector
    axes: tuple[Vector, Vector, Vector]
    focal_px: float
    centre_px: tuple[float, float] = CENTRE
    near_m: float = 0.25
    far_m: float = 16.0

    @property
    def turn(self) -> F64:
        """World to camera rotation (3, 3)."""
        return np.array(self.axes)

    def view(self, points: F64) -> F64:
        """World points (N, 3) in the camera frame."""
        return _view(points, self.eye, self.axes)

    def project(self, points: F64) -> F64:
        """Native x, y and the distance along the axis in metres, (N, 3), of world points (N, 3)."""
        local = self.view(points)
        distance = -local[:, 2]
        scale = self.focal_px / np.where(np.abs(distance) < 1e-9, 1e-9, distance)
        x, y = self.centre_px[0] + scale * local[:, 0], self.centre_px[1] - scale * local[:, 1]
        return np.stack([x, y, distance], 1)

    def unproject(self, native_px: F64, distance_m: F64) -> F64:
        """World points (N, 3) at native pixels (N, 2) and distances (N,) along the axis; inverse of ``project``."""
        x = (native_px[:, 0] - self.centre_px[0]) * distance_m / self.focal_px
        y = (self.centre_px[1] - native_px[:, 1]) * distance_m / self.focal_px
        return np.stack([x, y, -distance_m], 1) @ self.turn + np.array(self.eye)

    def matrix(self) -> F64:
        """Clip matrix (4, 4) for column vectors; pixel i's centre is at i in ``project``."""
        h, w = NATIVE
        n, f = self.near_m, self.far_m
        rows = np.zeros((4, 4))
        rows[0, 0], rows[0, 2] = 2 * self.focal_px / w, 1 - 2 * (self.centre_px[0] + 0.5) / w
        rows[1, 1], rows[1, 2] = 2 * self.focal_px / h, 2 * (self.centre_px[1] + 0.5) / h - 1
        rows[2, 2], rows[2, 3] = (f + n) / (n - f), 2 * f * n / (n - f)
        rows[3, 2] = -1.0
        return _clip(rows, self.eye, self.axes)


@dataclass(frozen=True)
class OrthoCamera:
    """A view without perspective, for garments laid on a table.

    px_per_m: native pixels. axes may be a mirror image (determinant -1): the flat frame with its height
    is left-handed. eye: a point on the plane from which distances are counted, drawn at centre_px.
    """

    eye: Vector
    axes: tuple[Vector, Vector, Vector]
    px_per_m: float
    centre_px: tuple[float, float] = CENTRE
    depth_m: float = 4.0

    @classmethod
    def above(cls, px_per_m: float, centre_m: tuple[float, float], height_m: float = 2.0) -> OrthoCamera:
        """Straight down onto points in flat metres (x right, y downwards) with z = height over the table."""
        return cls((*centre_m, height_m), ((1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0)), px_per_m)

    @classmethod
    def facing(cls, px_per_m: float, centre_m: Vector, distance_m: float = 2.0) -> OrthoCamera:
        """From the front onto points in world metres; centre_m is drawn in the middle."""
        x, y, z = centre_m
        return cls((x, y - distance_m, z), ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, -1.0, 0.0)), px_per_m)

    @property
    def turn(self) -> F64:
        """World to camera (3, 3), orthogonal."""
        return np.array(self.axes)

    def view(self, points: F64) -> F64:
        """Points (N, 3) in the camera frame."""
        return _view(points, self.eye, self.axes)

    def project(self, points: F64) -> F64:
        """Native x, y and the distance from the eye's plane in metres, (N, 3)."""
        local = self.view(points)
        x, y = self.centre_px[0] + self.px_per_m * local[:, 0], self.centre_px[1] - self.px_per_m * local[:, 1]
        return np.stack([x, y, -local[:, 2]], 1)

    def matrix(self) -> F64:
        """Clip matrix (4, 4) for column vectors."""
        h, w = NATIVE
        rows = np.zeros((4, 4))
        rows[0, 0], rows[0, 3] = 2 * self.px_per_m / w, 2 * (self.centre_px[0] + 0.5) / w - 1
        rows[1, 1], rows[1, 3] = 2 * self.px_per_m / h, 1 - 2 * (self.centre_px[1] + 0.5) / h
        rows[2, 2], rows[2, 3] = -2 / self.depth_m, -1.0
        rows[3, 3] = 1.0
        return _clip(rows, self.eye, self.axes)


def look_at(eye: F64, target: F64, roll_deg: float = 0.0) -> tuple[Vector, Vector, Vector]:
    """Axes (right, up, backward) of a camera at eye (3,) that looks at target (3,), rolled clockwise."""
    back = eye - target
    back = back / np.linalg.norm(back)
    right = np.cross([0.0, 0.0, 1.0], back)
    right /= np.linalg.norm(right)
    up = np.cross(back, right)
    c, s = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
    rows = (c * right - s * up, s * right + c * up, back)
    a, b, d = ((float(r[0]), float(r[1]), float(r[2])) for r in rows)
    return a, b, d


@dataclass(frozen=True)
class CameraRanges:
    """How people hold phones for pictures of clothes; lengths in m, angles in degrees.

    Heights from a squatting friend to arms raised; equivalents from the main lens (24 to 28 mm) to the
    tele (77), with crops in between. crop_share: photos that are cut out of a larger one.
    cut_share: photos in which the person runs out of the picture at a side.
    """

    height_m: tuple[float, float] = (0.8, 1.7)
    distance_m: tuple[float, float] = (2.0, 5.0)
    focal_mm: tuple[float, float] = (24.0, 80.0)
    roll_deg: float = 1.6  # standard deviation
    azimuth_deg: float = 6.0  # standard deviation; larger turns belong to the pose
    crop_share: float = 0.3
    cut_share: float = 0.06


# the lowest thing seen, as shares of the height over the ground: (from, to)
_LOWEST: dict[Framing, tuple[float, float]] = {"full": (-0.03, -0.01), "knee": (0.20, 0.33), "hip": (0.41, 0.54)}
# how much of the picture's height the seen part of the figure fills
_FILL: dict[Framing, tuple[float, float]] = {"full": (0.76, 0.94), "knee": (0.82, 0.94), "hip": (0.82, 0.94)}
# how much of the picture's width arms may fill: in a picture of the upper body, elbows may leave it
_WIDEST: dict[Framing, float] = {"full": 0.97, "knee": 0.99, "hip": 1.12}
_NEARER: dict[Framing, float] = {"full": 1.0, "knee": 0.75, "hip": 0.55}  # people step nearer for less of a figure


def sample_camera(
    rng: np.random.Generator, body_points: F64, framing: Framing = "full", ranges: CameraRanges | None = None
) -> PhotoCamera:
    """A phone camera that frames a body as people do.

    Args:
        body_points: (N, 3) world metres; all of the body that should be in the picture, standing on z = 0.
        framing: "full" figure, cut at the "knee" or at the "hip" (upper body).

    Returns:
        A camera of the native frame; the same generator state gives the same camera.

    Raises:
        BadRequestError: framing is unknown, or there are no points.
    """
    if framing not in FRAMINGS or len(body_points) == 0:
        raise BadRequestError(f"No camera for framing {framing!r} and {len(body_points)} points; use {FRAMINGS}.")
    ranges = ranges or CameraRanges()
    low, high = body_points.min(0), body_points.max(0)
    lowest = low[2] + rng.uniform(*_LOWEST[framing]) * (high[2] - low[2])
    seen = body_points[body_points[:, 2] >= lowest]
    middle = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (max(lowest, low[2]) + high[2]) / 2])
    near, far = ranges.distance_m
    distance = _NEARER[framing] * (near + (far - near) * rng.random() ** 1.6)  # most stand as near as they can
    azimuth = np.radians(rng.normal(0.0, ranges.azimuth_deg))
    height = float(np.clip(rng.normal(1.35, 0.22), *ranges.height_m))
    roll = float(np.clip(rng.normal(0.0, ranges.roll_deg), -4, 4))
    cropped = rng.random() < ranges.crop_share
    fill = rng.uniform(*_FILL[framing])
    to_side = rng.normal(0.0, 0.3)  # share of the free room beside the figure
    cut = rng.choice([-1.0, 1.0]) * rng.uniform(0.08, 0.25) if rng.random() < ranges.cut_share else 0.0
    to_top = rng.uniform(0.25, 0.8)  # share of the free height that is above the head
    level = rng.uniform(0.4, 1.0) if cropped else 0.0  # a cropped photo's axis is further from the figure
    eye = np.array([middle[0] + distance * np.sin(azimuth), middle[1] - distance * np.cos(azimuth), height])
    return _framed(eye, seen, middle, roll, level, (fill, to_side, cut, to_top), framing, ranges)


def _framed(
    eye: F64,
    seen: F64,
    middle: F64,
    roll: float,
    level: float,
    place: tuple[float, float, float, float],
    framing: Framing,
    ranges: CameraRanges,
) -> PhotoCamera:
    """Turn and zoom until what should be seen lies where it should; a crop moves the picture's centre instead."""
    fill, to_side, cut, to_top = place
    h, w = NATIVE
    least, most = (mm / LONG_SIDE_MM * h for mm in ranges.focal_mm)
    target = middle + level * np.array([0.0, 0.0, eye[2] - middle[2]])
    focal, centre = 1.5 * h, CENTRE
    for step in range(4):
        camera = PhotoCamera(_vector(eye), look_at(eye, target, roll), focal, centre)
        px = camera.project(seen)
        x0, y0 = px[:, :2].min(0)
        x1, y1 = px[:, :2].max(0)
        zoom = fill * h / (y1 - y0)
        if not cut:
            zoom = min(zoom, _WIDEST[framing] * w / (x1 - x0))
        wanted = focal * zoom
        zoom = float(np.clip(wanted, least, most)) / focal
        if step < 3 and wanted > most:  # no lens is that long: step nearer
            eye = eye + (1 - most / wanted) * (middle - eye) * np.array([1.0, 1.0, 0.0])
        wide, tall = zoom * (x1 - x0), zoom * (y1 - y0)
        free = max(w - wide, 0.06 * w)
        at_x = w / 2 + 0.5 * free * float(np.clip(to_side, -0.95, 0.95)) + cut * wide
        # cut at the knee or hip, the figure runs down to the picture's edge
        at_y = tall / 2 + (h - tall) * (to_top if framing == "full" else 1.0)
        shift = np.array([at_x, at_y]) - ((np.array([x0 + x1, y0 + y1]) / 2 - centre) * zoom + centre)
        focal *= zoom
        if level:
            centre = (float(centre[0] + shift[0]), float(centre[1] + shift[1]))
        elif step < 3:
            away = camera.unproject(np.array([CENTRE]) - shift / zoom, np.array([np.linalg.norm(target - eye)]))[0]
            target = eye + (away - eye) / np.linalg.norm(away - eye) * np.linalg.norm(target - eye)
        else:
            camera = PhotoCamera(_vector(eye), look_at(eye, target, roll), focal, centre)
    return PhotoCamera(_vector(eye), look_at(eye, target, roll), focal, centre)


def _vector(values: F64) -> Vector:
    return float(values[0]), float(values[1]), float(values[2])
