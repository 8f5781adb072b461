"""Frames of a video: what is left alone, what is remembered, and what each visitor gets."""

from __future__ import annotations

import concurrent.futures
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from tryon.errors import BadRequestError
from tryon.images import load_picture, load_picture_with_alpha, shrink_to
from tryon.live import LiveTryOn
from tryon.models.live import LiveNet
from tryon.models.live_drawing import LiveDrawer
from tryon.person.live_parsing import LiveParser
from tryon.person.pose import Face, MediaPipePose, PoseFound
from tryon.types import Garment, Pose


class KnownPose:
    """Tells the same pose for every frame, or that nobody is there."""

    def __init__(self, found: PoseFound) -> None:
        self.found: PoseFound | None = found

    def detect(self, image_u8: np.ndarray) -> PoseFound | None:
        return self.found

    def faces(self, image_u8: np.ndarray) -> list[Face]:
        return []


@pytest.fixture(scope="module")
def frame(root: Path) -> np.ndarray:
    model = json.loads((root / "assets/manifest.json").read_text("utf-8"))["models"][0]
    return shrink_to(load_picture(root / "assets" / model["file"]), 320)


@pytest.fixture(scope="module")
def found(frame: np.ndarray) -> PoseFound:
    pose = MediaPipePose().detect(frame)
    assert pose is not None
    return pose


@pytest.fixture(scope="module")
def garments(root: Path) -> dict[str, Garment]:
    """One of each category, as its picture's own transparency cuts it out, with no landmarks."""
    entries = json.loads((root / "assets/manifest.json").read_text("utf-8"))["garments"]
    out = {}
    for entry in {e["category"]: e for e in reversed(entries)}.values():
        image, alpha = load_picture_with_alpha(root / "assets" / entry["file"])
        alpha = (np.abs(image.astype(int) - image[0, 0]).max(2) > 12).astype(np.float32) if alpha is None else alpha
        category = entry["category"]
        sleeve = None if category == "lower" else "short"
        out[category] = Garment(image, alpha, category, {}, "not sure", {}, {}, sleeve=sleeve)  # type: ignore[arg-type]
    return out


@pytest.fixture(scope="module")
def networks() -> tuple[LiveParser, LiveDrawer]:
    torch.manual_seed(0)
    return LiveParser.from_pretrained(), LiveDrawer(LiveNet())


@pytest.fixture
def live(found: PoseFound, networks: tuple[LiveParser, LiveDrawer], garments: dict[str, Garment]) -> LiveTryOn:
    visitor = LiveTryOn(KnownPose(found), *networks)
    visitor.set_garment(garments["upper"])
    return visitor


@pytest.mark.parametrize("category", ["upper", "lower", "dress"])
def test_only_what_the_garment_changes_is_changed(
    live: LiveTryOn, frame: np.ndarray, found: PoseFound, garments: dict[str, Garment], category: str
) -> None:
    before = frame.copy()
    live.set_garment(garments[category])
    out = live.frame(frame, seconds=0.0)
    assert out.shape == frame.shape
    assert out.dtype == np.uint8
    assert np.array_equal(frame, before)
    changed = (out != frame).any(2)
    assert 0.02 < changed.mean() < 0.5
    p = found.pose.points_px
    head = np.zeros(changed.shape, np.uint8)
    cv2.circle(head, (int(p[0, 0]), int(p[0, 1])), int(0.5 * np.linalg.norm(p[7] - p[8])), 1, -1)
    assert not changed[head > 0].any()
    # far from the person and from any skirt the background is the frame's own, bit for bit
    near = cv2.dilate((found.mask_f32 > 0.05).astype(np.uint8), np.ones((121, 121), np.uint8)) > 0
    assert 0.1 < near.mean() < 0.9
    assert not changed[~near].any()


def test_frames_stay_as_they_are_without_garment_or_person(live: LiveTryOn, frame: np.ndarray) -> None:
    pose = live._pose
    assert isinstance(pose, KnownPose)
    assert live.frame(frame) is not frame
    pose.found = None
    assert live.frame(frame) is frame
    live.set_garment(None)
    assert live.frame(frame) is frame


def test_a_phantom_is_nobody(live: LiveTryOn, frame: np.ndarray, found: PoseFound) -> None:
    pose = live._pose
    assert isinstance(pose, KnownPose)
    pose.found = PoseFound(found.pose, np.zeros_like(found.mask_f32))
    assert live.frame(frame) is frame


def test_the_same_frames_give_the_same_pictures(
    found: PoseFound, networks: tuple[LiveParser, LiveDrawer], garments: dict[str, Garment], frame: np.ndarray
) -> None:
    def stream(_: int) -> list[np.ndarray]:
        visitor = LiveTryOn(KnownPose(found), *networks)
        visitor.set_garment(garments["upper"])
        return [visitor.frame(np.roll(frame, k, axis=1), seconds=k / 10) for k in range(2)]

    alone = stream(0)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for together in pool.map(stream, range(2)):
            for a, b in zip(alone, together, strict=True):
                assert np.array_equal(a, b)


def test_who_left_is_forgotten(live: LiveTryOn, frame: np.ndarray, found: PoseFound) -> None:
    pose = live._pose
    assert isinstance(pose, KnownPose)
    first = live.frame(frame, seconds=0.0)
    moved = Pose(found.pose.points_px + np.float32((4, 2)), found.pose.visibility)
    pose.found = PoseFound(moved, found.mask_f32)
    live.frame(frame, seconds=0.1)
    pose.found = None
    live.frame(frame, seconds=0.2)
    pose.found = found
    assert np.array_equal(live.frame(frame, seconds=0.3), first)


def test_the_window_stays_while_the_person_hardly_moves(live: LiveTryOn, frame: np.ndarray, found: PoseFound) -> None:
    pose = live._pose
    assert isinstance(pose, KnownPose)
    live.frame(frame, seconds=0.0)
    window = live._crop
    pose.found = PoseFound(Pose(found.pose.points_px + np.float32(2), found.pose.visibility), found.mask_f32)
    live.frame(frame, seconds=0.1)
    assert live._crop is window
    pose.found = PoseFound(Pose(found.pose.points_px + np.float32((60, 0)), found.pose.visibility), found.mask_f32)
    live.frame(frame, seconds=5.0)
    assert live._crop is not window


def test_garments_are_not_changed_and_timings_are_told(
    live: LiveTryOn, frame: np.ndarray, garments: dict[str, Garment]
) -> None:
    garment = garments["dress"]
    image, alpha = garment.image_u8.copy(), garment.alpha_f32.copy()
    timings: dict[str, float] = {}
    live.set_garment(garment)
    live.frame(frame, timings=timings)
    assert np.array_equal(garment.image_u8, image)
    assert np.array_equal(garment.alpha_f32, alpha)
    assert garment.landmarks_px == {}
    assert list(timings) == ["pose", "parsing", "warp", "plan", "network", "composite"]


@pytest.mark.parametrize(
    "bad",
    [np.zeros((64, 64), np.uint8), np.zeros((64, 64, 4), np.uint8), np.zeros((64, 64, 3), np.float32),
     np.zeros((8, 64, 3), np.uint8)],
)  # fmt: skip
def test_other_arrays_are_refused(live: LiveTryOn, bad: np.ndarray) -> None:
    with pytest.raises(BadRequestError, match="frame"):
        live.frame(bad)


def test_a_video_is_followed_by_mediapipe(
    networks: tuple[LiveParser, LiveDrawer], garments: dict[str, Garment], frame: np.ndarray
) -> None:
    visitor = LiveTryOn(MediaPipePose(video=True), *networks)
    visitor.set_garment(garments["upper"])
    for k in range(3):
        out = visitor.frame(np.roll(frame, k, axis=1), seconds=k / 10)
        assert 0.02 < (out != np.roll(frame, k, axis=1)).any(2).mean() < 0.5
    blank = np.full_like(frame, 128)
    assert visitor.frame(blank, seconds=0.4) is blank
    assert isinstance(visitor._pose, MediaPipePose)
    visitor._pose.forget()
    assert visitor.frame(frame, seconds=0.5) is not frame
    visitor.close()
    assert visitor._pose._pose is None  # its memory is free
    assert visitor.frame(frame) is frame
