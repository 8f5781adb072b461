"""Bodies in many poses and drawn flat garments with exact landmarks, for the warp's tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from tryon.types import Garment, Person, Pose

HEIGHT, WIDTH = 1000, 750
# joints by MediaPipe's number; the subject faces the camera, so 11 (left) is on the viewer's right
STANDING = {
    0: (375, 130), 11: (430, 220), 12: (320, 220), 13: (455, 320), 14: (295, 320), 15: (460, 410), 16: (290, 410),
    23: (406, 390), 24: (344, 390), 25: (410, 530), 26: (340, 530), 27: (412, 670), 28: (338, 670),
}  # fmt: skip
POSES: dict[str, dict[int, tuple[float, float]]] = {
    "standing": {},
    "arms_crossed": {13: (450, 320), 15: (345, 330), 14: (300, 320), 16: (400, 310)},
    "hands_on_hips": {13: (500, 300), 15: (425, 375), 14: (250, 300), 16: (325, 375)},
    "one_raised": {11: (425, 215), 13: (480, 130), 15: (450, 50)},
    "hand_at_face": {13: (450, 320), 15: (400, 200)},
    "turned": {11: (405, 222), 12: (335, 220), 13: (410, 320), 14: (318, 325), 23: (395, 390), 24: (352, 390)},
    "leaning": {11: (470, 240), 12: (365, 205), 13: (500, 335), 14: (330, 300), 15: (510, 420), 16: (315, 390)},
    "walking": {25: (430, 525), 27: (470, 660), 26: (330, 530), 28: (290, 655)},
    "sitting": {25: (440, 440), 26: (310, 440), 27: (440, 580), 28: (310, 580)},
}


_BONES = (
    (11, 12, 60), (11, 23, 70), (12, 24, 70), (23, 24, 70), (11, 13, 40), (13, 15, 36), (12, 14, 40), (14, 16, 36),
    (23, 25, 56), (25, 27, 44), (24, 26, 56), (26, 28, 44), (0, 0, 90),
)  # fmt: skip


def _person(name: str = "standing", *, mirrored: bool = False, hidden: tuple[int, ...] = ()) -> Person:
    points = np.full((33, 2), 375.0, np.float32)
    for index, place in {**STANDING, **POSES[name]}.items():
        points[index] = place
    if mirrored:  # seen from behind: left and right change places, the picture stays
        for left, right in ((11, 12), (13, 14), (15, 16), (23, 24), (25, 26), (27, 28)):
            points[[left, right]] = points[[right, left]]
    visibility = np.ones(33, np.float32)
    visibility[list(hidden)] = 0.05
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for a, b, thick in _BONES:
        ends = [tuple(int(v) for v in points[i]) for i in (a, b)]
        cv2.line(mask, ends[0], ends[1], 255, thick)
    image = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    return Person(image, Pose(points, visibility), mask.astype(np.float32) / 255, labels)


@pytest.fixture
def person() -> Callable[..., Person]:
    """Build a person by the pose's name."""
    return _person


_CHAINS: dict[str, tuple[tuple[str, float, float], ...]] = {  # x from the middle, y; the right-hand side
    "tank": (("neck", 60, 90), ("shoulder", 105, 105), ("armpit", 150, 220), ("hem", 155, 480)),
    "tee": (("neck", 60, 80), ("shoulder", 140, 100), ("cuff_out", 240, 180), ("cuff_in", 205, 235),
            ("armpit", 152, 205), ("hem", 155, 480)),
    "long": (("neck", 60, 80), ("shoulder", 140, 100), ("cuff_out", 285, 470), ("cuff_in", 240, 485),
             ("armpit", 152, 215), ("hem", 155, 480)),
    "hanging": (("neck", 60, 80), ("shoulder", 150, 105), ("cuff_out", 255, 455), ("cuff_in", 200, 468),
                ("armpit", 165, 220), ("hem", 160, 490)),
    "dress": (("neck", 60, 60), ("shoulder", 120, 75), ("cuff_out", 200, 130), ("cuff_in", 172, 170),
              ("armpit", 125, 150), ("hem", 210, 570)),
    "skirt": (("waist", 110, 60), ("hem", 190, 380)),
    "trousers": (("waist", 110, 40), ("leg_out", 170, 570), ("leg_in", 85, 575), ("crotch", 0, 210)),
    "shorts": (("waist", 110, 60), ("leg_out", 165, 300), ("leg_in", 30, 305), ("crotch", 0, 215)),
}  # fmt: skip
_SLEEVES = {"tank": "none", "tee": "short", "long": "long", "hanging": "long", "dress": "short"}
_LEGS = {"dress": "knee", "skirt": "knee", "trousers": "long", "shorts": "short"}
_CATEGORIES = {"dress": "dress", "skirt": "lower", "trousers": "lower", "shorts": "lower"}


def _garment(kind: str = "tee", **changes: Any) -> Garment:
    size, middle = 600, 300.0
    landmarks: dict[str, tuple[float, float]] = {}
    left, right = [], []
    for name, x, y in _CHAINS[kind]:
        if name == "crotch":
            landmarks[name] = (middle, y)
        else:
            landmarks[f"{name}_left"], landmarks[f"{name}_right"] = (middle - x, y), (middle + x, y)
        left.append((middle - x, y))
        right.append((middle + x, y))
    outline = np.array([*left, *right[::-1]])
    alpha = np.zeros((size, size), np.uint8)
    cv2.fillPoly(alpha, [np.round(outline * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    y, x = np.mgrid[:size, :size]
    image = np.stack([200 - 60 * (x // 20 % 2), 60 + 60 * (y // 20 % 2), np.full_like(x, 60)], -1).astype(np.uint8)
    image[alpha == 0] = (0, 255, 0)
    fields: dict[str, Any] = {
        "image_u8": image,
        "alpha_f32": alpha.astype(np.float32) / 255,
        "category": _CATEGORIES.get(kind, "upper"),
        "category_probability": {},
        "label": "Skirt" if kind == "skirt" else "not sure",
        "label_probability": {},
        "landmarks_px": landmarks,
        "sleeve": _SLEEVES.get(kind),
        "leg": _LEGS.get(kind),
    }
    return Garment(**{**fields, **changes})


@pytest.fixture
def garment() -> Callable[..., Garment]:
    """Draw a flat garment by its kind; keyword arguments replace its fields."""
    return _garment


@pytest.fixture(params=sorted(_CHAINS))
def any_garment(request: pytest.FixtureRequest) -> Garment:
    """Each kind of garment in turn."""
    return _garment(request.param)


@pytest.fixture(params=sorted(POSES))
def any_person(request: pytest.FixtureRequest) -> Person:
    """A person in each pose in turn."""
    return _person(request.param)
