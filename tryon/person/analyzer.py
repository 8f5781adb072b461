"""From a photo to a Person: pose, mask, labels, and what should be said about the photo."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from tryon.errors import NoPersonError
from tryon.geometry.crops import size_of
from tryon.person.agnostic import body_unit
from tryon.person.hidden_arms import with_hidden_forearms
from tryon.person.label_repairs import repaired_labels
from tryon.person.legs import with_ankles_in_their_shins, with_legs_to_the_shoes
from tryon.person.matte import refine_mask
from tryon.person.neighbours import without_neighbours
from tryon.person.parsing import Parser
from tryon.person.pose import Face, MediaPipePose, PoseEstimator, PoseFound, is_face_of, shrunk_for_pose
from tryon.types import Person, Pose, RGBu8

NO_PERSON = "No person can be found in this picture. Use a photo of one person, upright, from head to hips at least."
ONLY_FACE = "I can see only a face here. Step back until your hips are in the picture."


class PersonAnalyzer:
    """Pose, mask and parsing of the largest person in a photo; may be shared by threads."""

    def __init__(self, pose: PoseEstimator, parser: Parser) -> None:
        self._pose, self._parser = pose, parser

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None, *, device: str = "cpu") -> PersonAnalyzer:
        """Load the parser's weights; MediaPipe's models lie in its wheel.

        Raises:
            WeightsError: the parser's weights are missing or damaged.
        """
        return cls(MediaPipePose(), Parser.from_pretrained(weights_dir, device=device))

    def __call__(self, image_u8: RGBu8, timings: dict[str, float] | None = None) -> Person:
        """Understand a photo.

        Args:
            image_u8: (H, W, 3) uint8 photo.
            timings: receives milliseconds for "pose", "parsing" and "matte" when given.

        Raises:
            NoPersonError: nobody, or only a face, is in the picture.
        """
        start = time.perf_counter()
        faces = self._pose.faces(image_u8)
        found, passed_over = self._largest(image_u8, faces)
        middle = time.perf_counter()
        # the parser was trained on MediaPipe's own mask; everything else gets the refined one
        labels = self._parser.parse(image_u8, found.mask_f32, found.pose)
        labels = without_neighbours(labels, found.mask_f32, found.pose, faces)
        labels = repaired_labels(labels, image_u8, found.pose)
        pose = with_ankles_in_their_shins(with_legs_to_the_shoes(found.pose, labels), labels)
        pose = with_hidden_forearms(pose, labels, found.mask_f32)
        parsed = time.perf_counter()
        mask = refine_mask(image_u8, found.mask_f32, labels, pose)
        if timings is not None:
            timings["pose"] = 1000 * (middle - start)
            timings["parsing"] = 1000 * (parsed - middle)
            timings["matte"] = 1000 * (time.perf_counter() - parsed)
        person = Person(image_u8, pose, mask, labels)
        return replace(person, warnings=tuple(photo_warnings(person, faces, several=passed_over)))

    def shows_somebody(self, image_u8: RGBu8) -> bool:
        """Whether a picture is of a person rather than of a garment alone: a face, or a trustworthy pose."""
        image_u8 = shrunk_for_pose(image_u8)  # once for both
        faces = self._pose.faces(image_u8)
        found = self._pose.detect(image_u8)
        if found is None:
            return False
        limbs = found.pose.visibility[[11, 12, 13, 14, 23, 24]]
        wears = bool(faces) and is_face_of(faces[0], found.pose)
        # a garment on a hanger has shoulders for MediaPipe, but neither hands nor knees that it trusts
        ends = found.pose.visibility[[15, 16, 25, 26]]
        return wears or bool(limbs.min() > 0.9 and np.sort(ends)[-2] > 0.85)

    def _largest(self, image_u8: RGBu8, faces: list[Face]) -> tuple[PoseFound, bool]:
        """The pose of the largest person, and whether somebody smaller was found first."""
        passed_over = False
        found = self._pose.detect(image_u8)
        if faces and (found is None or (len(faces) > 1 and not is_face_of(faces[0], found.pose))):
            found = self._detect_around(image_u8, faces[0]) or found
        if found is not None:
            larger = self._someone_larger(image_u8, found)
            found, passed_over = larger or found, larger is not None
        if found is None:
            raise NoPersonError(ONLY_FACE if faces and faces[0].height > 0.3 * image_u8.shape[0] else NO_PERSON)
        check_body(found, size_of(image_u8))
        return found, passed_over

    def _someone_larger(self, image_u8: RGBu8, found: PoseFound) -> PoseFound | None:
        """Look once more with a small figure painted over: it may be a passer-by of the one who is meant."""
        h, w = image_u8.shape[:2]
        p = found.pose.points_px
        x0, y0 = np.maximum(p.min(0) - 0.4 * body_unit(found.pose), 0).astype(int)
        x1, y1 = np.minimum(p.max(0) + 0.4 * body_unit(found.pose), (w, h)).astype(int)
        if (y1 - y0) > 0.55 * h or x1 <= x0 or y1 <= y0:
            return None
        rest = image_u8.copy()
        rest[y0:y1, x0:x1] = rest.reshape(-1, 3)[:: max(1, h * w // 5000)].mean(0)
        other = self._pose.detect(rest)
        if other is None or body_unit(other.pose) < 1.3 * body_unit(found.pose):
            return None
        # the painted box must not have cut the other figure's picture, only its detection
        again = self._detect_in(image_u8, other)
        return again or other

    def _detect_in(self, image_u8: RGBu8, other: PoseFound) -> PoseFound | None:
        """The pose in the window around another finding, from the untouched picture."""
        h, w = image_u8.shape[:2]
        p, unit = other.pose.points_px, body_unit(other.pose)
        x0, y0 = np.maximum(p.min(0) - 0.8 * unit, 0).astype(int)
        x1, y1 = np.minimum(p.max(0) + 0.8 * unit, (w, h)).astype(int)
        found = self._in_window(image_u8, int(x0), int(y0), int(x1), int(y1))
        return found if found is not None and body_unit(found.pose) > 0.8 * unit else None

    def _detect_around(self, image_u8: RGBu8, face: Face) -> PoseFound | None:
        """Look again in a window that holds one person: seven heads wide and nine high."""
        h, w = image_u8.shape[:2]
        cx, unit = face.x + face.width / 2, face.height
        x0, x1 = int(max(0, cx - 2.2 * unit)), int(min(w, cx + 2.2 * unit))
        y0, y1 = int(max(0, face.y - unit)), int(min(h, face.y + 9 * unit))
        return self._in_window(image_u8, x0, y0, x1, y1)

    def _in_window(self, image_u8: RGBu8, x0: int, y0: int, x1: int, y1: int) -> PoseFound | None:
        if x1 - x0 < 32 or y1 - y0 < 32:
            return None
        found = self._pose.detect(np.ascontiguousarray(image_u8[y0:y1, x0:x1]))
        if found is None:
            return None
        mask = np.zeros(image_u8.shape[:2], np.float32)
        mask[y0:y1, x0:x1] = found.mask_f32
        points = found.pose.points_px + np.array([x0, y0], np.float32)
        return PoseFound(Pose(points, found.pose.visibility), mask)


def check_body(found: PoseFound, size: tuple[int, int]) -> None:
    """Refuse phantom poses and faces without a body.

    Args:
        found: in a picture of ``size`` (H, W).

    Raises:
        NoPersonError: says which.
    """
    h, w = size
    p, mask = found.pose.points_px, found.mask_f32
    if p[[11, 12], 1].min() > 0.97 * h:
        raise NoPersonError(ONLY_FACE)
    torso = _torso_points(p)
    inside = (torso[:, 0] >= 0) & (torso[:, 0] < w) & (torso[:, 1] >= 0) & (torso[:, 1] < h)
    if inside.mean() < 0.25:
        raise NoPersonError(ONLY_FACE)
    xs, ys = torso[inside].astype(int).T
    if mask[ys, xs].mean() < 0.35 or body_unit(found.pose) < 0.03 * max(h, w):
        raise NoPersonError(NO_PERSON)


def _torso_points(p: np.ndarray) -> np.ndarray:
    """A 5 x 5 grid of points between shoulders and hips, (25, 2)."""
    s, t = (g.ravel()[:, None] for g in np.meshgrid(np.linspace(0.1, 0.9, 5), np.linspace(0.1, 0.9, 5)))
    return (1 - t) * ((1 - s) * p[11] + s * p[12]) + t * ((1 - s) * p[23] + s * p[24])


def photo_warnings(person: Person, faces: list[Face], *, several: bool = False) -> list[str]:
    """What a visitor should know about the photo, in sentences."""
    p, seen = person.pose.points_px, person.pose.visibility
    h = person.image_u8.shape[0]
    unit = body_unit(person.pose)
    neck, hips = p[[11, 12]].mean(0), p[[23, 24]].mean(0)
    torso = max(float(np.linalg.norm(neck - hips)), 1.0)
    out = []
    if several or (len(faces) > 1 and faces[1].height > 0.45 * faces[0].height):
        out.append("Several people are in the picture; the largest one is dressed.")
    if p[11, 0] < p[12, 0] and not any(is_face_of(f, person.pose) for f in faces):
        out.append("You are seen from behind; garments are drawn from their front.")
    elif abs(p[11, 0] - p[12, 0]) < 0.45 * unit:
        out.append("You stand sideways; facing the camera gives a better fit.")
    knees = p[[25, 26]]
    if hips[1] > 0.98 * h:
        out.append("Your hips are outside the picture, so the hem cannot be shown. Step back a little.")
    elif seen[[25, 26]].min() > 0.5 and knees[:, 1].max() < h and float((knees[:, 1] - hips[1]).mean()) < 0.4 * torso:
        out.append("You seem to be sitting; standing gives a better result, above all for trousers and skirts.")
    elif p[[27, 28], 1].min() > h:
        out.append("Your feet are outside the picture; trousers and dresses are cut off with it.")
    if _arms_crossed(p, seen):
        out.append("Your arms are crossed in front of you; with arms at your sides more of the garment shows.")
    return out


def _arms_crossed(p: np.ndarray, seen: np.ndarray) -> bool:
    across = p[11] - p[12]
    width = float(across @ across)
    if width < 1 or seen[[15, 16]].min() < 0.4:
        return False
    low, high = p[[11, 12], 1].mean(), p[[23, 24], 1].mean()
    left, right = (float((p[i] - p[12]) @ across / width) for i in (15, 16))
    # 0 is the right shoulder, 1 the left: crossed when the left wrist is on the right side and the other way
    heights = (p[[15, 16], 1] > low) & (p[[15, 16], 1] < high)
    return left < 0.55 and right > 0.45 and left > -0.6 and right < 1.6 and bool(heights.all())
