"""Where a person stands in a photo: landmarks and a soft mask, by MediaPipe 0.10.21.

MediaPipe is kept behind ``PoseEstimator``, so that it can be swapped. Its models lie in its wheel.
"""

from __future__ import annotations

import os
import threading
from typing import Any, NamedTuple, Protocol

import cv2
import numpy as np

from tryon.person.legs import is_cut_below, with_whole_legs
from tryon.types import MaskF32, Pose, RGBu8

POSE_SIDE = 768  # px; larger pictures gain nothing (the model sees 256 px) and cost conversion time


class PoseFound(NamedTuple):
    """A pose in the photo frame and the soft person mask (H, W) float32 0..1 of the photo's size."""

    pose: Pose
    mask_f32: MaskF32


class Face(NamedTuple):
    """A face's box in photo pixels."""

    x: float
    y: float
    width: float
    height: float


def is_face_of(face: Face, pose: Pose, *, beside: float = 0.2) -> bool:
    """Whether a face's box holds the nose of a pose, or has it beside it by a share of its sides."""
    x, y = pose.points_px[0]
    inside_x = face.x - beside * face.width <= x <= face.x + (1 + beside) * face.width
    return bool(inside_x and face.y - beside * face.height <= y <= face.y + (1 + beside) * face.height)


class PoseEstimator(Protocol):
    """What the rest of the library needs to know of a pose model."""

    def detect(self, image_u8: RGBu8) -> PoseFound | None:
        """Find the most prominent person in an (H, W, 3) uint8 photo, or None."""

    def faces(self, image_u8: RGBu8) -> list[Face]:
        """All faces in an (H, W, 3) uint8 photo, the largest first."""


class MediaPipePose:
    """MediaPipe Pose (full model) and its face detector; one object may be used by many threads.

    MediaPipe's own objects crash when threads share them, so a lock guards each call.

    Args:
        video: the pictures are frames of one stream: the person is followed from one to the next and searched anew
            when lost, in two thirds of the time. Each stream then needs an object of its own (some 120 MB).
    """

    def __init__(self, *, video: bool = False) -> None:
        self._video = video
        self._lock = threading.Lock()
        self._pose: Any = None
        self._faces: Any = None
        self._masks: Any = None

    def detect(self, image_u8: RGBu8) -> PoseFound | None:
        """See ``PoseEstimator.detect``."""
        h, w = image_u8.shape[:2]
        small = shrunk_for_pose(image_u8)
        with self._lock:
            if self._pose is None:
                self._pose = _solutions().pose.Pose(
                    static_image_mode=not self._video,
                    model_complexity=1,  # 0 and 2 would be downloaded
                    enable_segmentation=True,
                    smooth_landmarks=False,  # it counts on 30 frames a second; see ``tryon.person.smoothing``
                    smooth_segmentation=False,
                    min_detection_confidence=0.4,
                )
            found = self._pose.process(small)
        if found.pose_landmarks is None:
            return None
        raw = found.pose_landmarks.landmark
        points = np.array([[p.x * w - 0.5, p.y * h - 0.5] for p in raw], np.float32)
        visibility = np.array([p.visibility for p in raw], np.float32)
        mask = found.segmentation_mask
        if mask is None:
            return None
        pose, mask = Pose(points, np.clip(visibility, 0, 1)), np.clip(np.asarray(mask, np.float32), 0, 1)
        scale = np.array([mask.shape[1] / w, mask.shape[0] / h], np.float32)
        if not self._video and is_cut_below(mask):
            small_pose = Pose((points + 0.5) * scale - 0.5, pose.visibility)
            small_pose, mask = with_whole_legs(small_pose, mask, self._everybody(small))
            pose = Pose(((small_pose.points_px + 0.5) / scale - 0.5).astype(np.float32), pose.visibility)
        return PoseFound(pose, cv2.resize(mask, (w, h), interpolation=cv2.INTER_LINEAR))

    def _everybody(self, image_u8: RGBu8) -> MaskF32:
        """A mask of all people in a picture: coarse, but it does not hang on joints."""
        with self._lock:
            if self._masks is None:
                self._masks = _solutions().selfie_segmentation.SelfieSegmentation(model_selection=0)
            found = self._masks.process(image_u8).segmentation_mask
        return np.clip(np.asarray(found, np.float32), 0, 1)

    def forget(self) -> None:
        """Let go of the model of poses, and of whom it followed; the next call loads it again."""
        with self._lock:
            if self._pose is not None:
                self._pose.close()
            self._pose = None

    def faces(self, image_u8: RGBu8) -> list[Face]:
        """See ``PoseEstimator.faces``."""
        h, w = image_u8.shape[:2]
        small = shrunk_for_pose(image_u8)
        with self._lock:
            if self._faces is None:
                self._faces = _solutions().face_detection.FaceDetection(
                    model_selection=1,  # full range: people who stand some metres away
                    min_detection_confidence=0.6,
                )
            found = self._faces.process(small)
        boxes = [d.location_data.relative_bounding_box for d in found.detections or []]
        faces = [Face(b.xmin * w, b.ymin * h, b.width * w, b.height * h) for b in boxes]
        return sorted(faces, key=lambda f: -f.width * f.height)


def shrunk_for_pose(image_u8: RGBu8, side: int = POSE_SIDE) -> RGBu8:
    """A picture (h, w, 3) as large as it is looked at; smaller ones stay as they are."""
    h, w = image_u8.shape[:2]
    factor = side / max(h, w)
    if factor >= 1:
        return np.ascontiguousarray(image_u8)
    return cv2.resize(image_u8, (max(1, round(w * factor)), max(1, round(h * factor))), interpolation=cv2.INTER_AREA)


def _solutions() -> Any:
    os.environ.setdefault("GLOG_minloglevel", "2")  # MediaPipe logs a line for every object
    import mediapipe

    return mediapipe.solutions
