"""Who is in a photo: refusals and warnings, with a pose model and a parser that answer as told."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.errors import NoPersonError
from tryon.person.analyzer import PersonAnalyzer
from tryon.person.pose import Face, PoseFound
from tryon.types import Pose

H, W = 400, 300


def standing(shift: tuple[float, float] = (0, 0), scale: float = 1.0) -> Pose:
    """A standing figure facing the camera, about 300 px high before scaling."""
    p = np.zeros((33, 2), np.float32)
    p[:11] = 150, 60
    p[[7, 8]] = (165, 60), (135, 60)
    p[[11, 12, 13, 14, 15, 16]] = (185, 110), (115, 110), (200, 160), (100, 160), (205, 205), (95, 205)
    p[[17, 19, 21]], p[[18, 20, 22]] = (206, 215), (94, 215)
    p[[23, 24, 25, 26, 27, 28]] = (172, 210), (128, 210), (172, 280), (128, 280), (172, 345), (128, 345)
    p[[29, 31]], p[[30, 32]] = (172, 355), (128, 355)
    return Pose(p * scale + np.array(shift, np.float32), np.ones(33, np.float32))


class ToldPose:
    """Finds what it was told to find."""

    def __init__(self, pose: Pose | None, faces: list[Face], mask: float = 1.0) -> None:
        self._pose, self._faces, self._mask = pose, faces, mask

    def detect(self, image_u8: np.ndarray) -> PoseFound | None:
        if self._pose is None:
            return None
        return PoseFound(self._pose, np.full(image_u8.shape[:2], self._mask, np.float32))

    def faces(self, image_u8: np.ndarray) -> list[Face]:
        return self._faces


class ToldParser:
    """Labels everything background."""

    def parse(self, image_u8: np.ndarray, mask_f32: np.ndarray, pose: Pose) -> np.ndarray:
        return np.zeros(image_u8.shape[:2], np.uint8)


FACE = Face(130, 35, 40, 50)


def analyse(pose: Pose | None, faces: list[Face], mask: float = 1.0) -> tuple[str, ...]:
    analyzer = PersonAnalyzer(ToldPose(pose, faces, mask), ToldParser())  # type: ignore[arg-type]
    return analyzer(np.zeros((H, W, 3), np.uint8)).warnings


def test_a_plain_standing_photo_has_no_warnings() -> None:
    assert analyse(standing(), [FACE]) == ()


def test_the_parser_sees_the_pose_models_own_mask_and_the_person_gets_the_refined_one() -> None:
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 40, (H, W, 3)).astype(np.uint8)
    photo[100:380, 100:200] += 180
    seen = []

    class Blurry(ToldPose):
        def detect(self, image_u8: np.ndarray) -> PoseFound | None:
            mask = np.zeros((H, W), np.float32)
            mask[96:384, 96:204] = 0.8  # some pixels too wide
            return PoseFound(standing(), mask)

    class Watching(ToldParser):
        def parse(self, image_u8: np.ndarray, mask_f32: np.ndarray, pose: Pose) -> np.ndarray:
            seen.append(mask_f32.copy())
            return (mask_f32 > 0.5).astype(np.uint8)

    timings: dict[str, float] = {}
    person = PersonAnalyzer(Blurry(None, []), Watching())(photo, timings)  # type: ignore[arg-type]
    assert seen[0][100, 97] == np.float32(0.8)
    assert person.mask_f32[240, 97] < 0.1
    assert person.mask_f32[240, 103] > 0.9
    assert set(timings) == {"pose", "parsing", "matte"}


def test_nobody_is_refused_with_what_to_do() -> None:
    with pytest.raises(NoPersonError, match="Use a photo"):
        analyse(None, [])


def test_a_face_alone_is_refused_with_what_to_do() -> None:
    with pytest.raises(NoPersonError, match="Step back"):
        analyse(standing((-300, 30), 3.0), [Face(30, 60, 240, 280)])
    with pytest.raises(NoPersonError, match="Step back"):
        analyse(None, [Face(30, 60, 240, 280)])


def test_a_pose_without_a_body_under_it_is_a_phantom() -> None:
    with pytest.raises(NoPersonError):
        analyse(standing(), [], mask=0.05)


def test_several_people_are_told() -> None:
    assert any("Several people" in w for w in analyse(standing(), [FACE, Face(10, 40, 35, 44)]))
    assert not any("Several people" in w for w in analyse(standing(), [FACE, Face(10, 40, 9, 11)]))


def test_a_passer_by_is_not_dressed() -> None:
    small, large = standing((10, 150), 0.35), standing()

    class Crowd(ToldPose):
        def detect(self, image_u8: np.ndarray) -> PoseFound | None:
            # the small one is seen first, as long as it is to be seen
            x, y = small.points_px[11].astype(int)
            if image_u8.shape != (H, W, 3):
                return None
            pose = small if image_u8[y, x].max() > 200 else large
            return PoseFound(pose, np.ones(image_u8.shape[:2], np.float32))

    photo = np.zeros((H, W, 3), np.uint8)
    x0, y0 = small.points_px.min(0).astype(int)
    x1, y1 = small.points_px.max(0).astype(int)
    photo[y0:y1, x0:x1] = 255
    before = photo.copy()
    person = PersonAnalyzer(Crowd(None, []), ToldParser())(photo)  # type: ignore[arg-type]
    assert np.allclose(person.pose.points_px, large.points_px)
    assert any("Several people" in w for w in person.warnings)
    assert np.array_equal(photo, before)


def test_a_back_is_told() -> None:
    pose = standing()
    turned = pose.points_px.copy()
    turned[11:33:2], turned[12:33:2] = pose.points_px[12:33:2], pose.points_px[11:33:2]
    assert any("behind" in w for w in analyse(Pose(turned, pose.visibility), []))


def test_sitting_cut_off_and_crossed_arms_are_told() -> None:
    sitting = standing().points_px.copy()
    sitting[[25, 26], 1] = 225
    sitting[[27, 28], 1] = 290
    assert any("sitting" in w for w in analyse(Pose(sitting, np.ones(33, np.float32)), [FACE]))
    assert any("hips are outside" in w for w in analyse(standing((-100, 0), 1.95), [Face(170, 60, 80, 100)]))
    assert any("feet are outside" in w for w in analyse(standing((-30, 0), 1.2), [Face(130, 40, 40, 50)]))
    crossed = standing().points_px.copy()
    crossed[15], crossed[16] = (125, 165), (175, 165)
    assert any("crossed" in w for w in analyse(Pose(crossed, np.ones(33, np.float32)), [FACE]))
