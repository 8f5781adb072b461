"""LiveTryOn: the frames of a video, with the visitor wearing the garment.

The path of a photo (``tryon.pipeline``) cut down to what a frame can wait for: the person is followed from frame to
frame, parsed once at a small size and with the soft mask as it comes, the coarse warp is planned small, and one small
network corrects it and draws. What would tremble is smoothed over time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.composite import Window, bare_arms, enlarge, full_region, full_size, snap_crop, window_of, without_arms
from tryon.errors import BadRequestError, NoPersonError
from tryon.geometry.crops import Crop, crop_for, size_of
from tryon.models.live_drawing import LiveDrawer, LiveDrawing
from tryon.models.live_inputs import live_input
from tryon.person.agnostic import skin_colour
from tryon.person.analyzer import check_body
from tryon.person.edit_plan import EditPlan, plan_edit
from tryon.person.live_parsing import LiveParser
from tryon.person.picture_edge import beyond_the_picture
from tryon.person.pose import MediaPipePose, PoseEstimator, PoseFound
from tryon.person.smoothing import PoseFilter
from tryon.types import Garment, MaskF32, PartWarp, Person, Pose, RGBu8
from tryon.warp.coarse import render_parts, warp_garment
from tryon.warp.landmarks import complete_landmarks
from tryon.warp.placement import Placer
from tryon.warp.sleeve_source import believable

F32 = NDArray[np.float32]


@dataclass(frozen=True)
class LiveSettings:
    """Sizes and patience of the live path; pixels unless said otherwise."""

    height: int = 256  # of the work frame, what the live network was trained at; its width is three quarters of it
    warp_height: int = 128  # the splines bend over ten times a pixel of this
    picture: int = 400  # longest side of the garment's picture that is drawn from
    plan: int = 96  # longest side of the one that the warp is planned on
    still: float = 0.06  # of the window's side: so far the person may move before the window does
    skin: float = 0.15  # share by which a frame changes the skin tone that is believed


@dataclass(frozen=True)
class _Worn:
    """A garment made ready: its picture at drawing size, and the small copy that the warp is planned on."""

    picture: Garment
    plan: Garment


@dataclass(frozen=True)
class _Laid:
    """The coarsely warped garment: (h, w) of the whole window at the frame's resolution, and at the work frame's."""

    rgb_u8: RGBu8
    alpha_f32: MaskF32
    small_rgb_f32: F32
    small_alpha_f32: MaskF32


class LiveTryOn:
    """One visitor's stream of frames.

    Networks may be shared by visitors and guard themselves; the pose estimator follows one person and so belongs to
    this object alone, as does all that is remembered from frame to frame.
    """

    def __init__(
        self,
        pose: PoseEstimator,
        parser: LiveParser,
        drawer: LiveDrawer,
        settings: LiveSettings | None = None,
        *,
        placer: Placer | None = None,
    ) -> None:
        """Take the parts; ``placer`` may be a learned placement of the coarse warp."""
        self._pose, self._parser, self._drawer, self._placer = pose, parser, drawer, placer
        self._settings = settings or LiveSettings()
        self._lock = threading.Lock()  # frames follow each other
        self._worn: _Worn | None = None
        self._filter = PoseFilter()
        self._crop: Crop | None = None
        self._skin: F32 | None = None

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None, *, settings: LiveSettings | None = None) -> LiveTryOn:
        """Load ``parser.safetensors`` and ``live.safetensors``.

        Args:
            weights_dir: folder with the safetensors files; the repository's by default.

        Raises:
            WeightsError: a file is missing, damaged or of another network.
        """
        parser, drawer = LiveParser.from_pretrained(weights_dir), LiveDrawer.from_pretrained(weights_dir)
        return cls(MediaPipePose(video=True), parser, drawer, settings)

    def for_visitor(self) -> LiveTryOn:
        """The same networks for another stream, with a pose estimator and a memory of its own (some 120 MB)."""
        return LiveTryOn(MediaPipePose(video=True), self._parser, self._drawer, self._settings, placer=self._placer)

    def set_garment(self, garment: Garment | None) -> None:
        """Choose what is worn from the next frame on; None: the frames stay as they are.

        Args:
            garment: from ``TryOnPipeline.understand_garment``; not changed.
        """
        if garment is None:
            self._worn = None
            return
        garment = believable(garment)
        points = {name: (float(x), float(y)) for name, (x, y) in complete_landmarks(garment).items()}
        whole = replace(garment, landmarks_px=points)
        self._worn = _Worn(_shrunk(whole, self._settings.picture), _shrunk(whole, self._settings.plan))

    def forget(self) -> None:
        """Let the person go: the next frame is a first one."""
        with self._lock:
            self._forget()

    def close(self) -> None:
        """Free the pose estimator, once the stream has ended; a later frame would load it again."""
        self.forget()
        self.set_garment(None)
        if isinstance(self._pose, MediaPipePose):
            self._pose.forget()

    def frame(self, rgb_u8: RGBu8, *, seconds: float | None = None, timings: dict[str, float] | None = None) -> RGBu8:
        """Dress one frame.

        Args:
            rgb_u8: (H, W, 3) uint8; not changed. seconds: when it was taken, on any clock that does not go back; now,
                where None. timings: receives milliseconds by stage.

        Returns:
            (H, W, 3) uint8; the frame itself where no garment is chosen or nobody can be seen. Outside of what the
            garment changes it equals the frame bit for bit.

        Raises:
            BadRequestError: not such an array.
        """
        if rgb_u8.ndim != 3 or rgb_u8.shape[2] != 3 or rgb_u8.dtype != np.uint8 or min(rgb_u8.shape[:2]) < 16:
            raise BadRequestError(f"A frame is an (H, W, 3) uint8 array; this one is {rgb_u8.shape} {rgb_u8.dtype}.")
        took: dict[str, float] = {} if timings is None else timings
        with self._lock:
            worn = self._worn
            if worn is None:
                return rgb_u8
            with _timed(took, "pose"):
                found = self._find(rgb_u8)
            if found is None:
                self._forget()
                return rgb_u8
            pose = self._filter(found.pose, time.monotonic() if seconds is None else seconds)
            return self._dress(rgb_u8, pose, found.mask_f32, worn, took)

    def _find(self, rgb_u8: RGBu8) -> PoseFound | None:
        found = self._pose.detect(rgb_u8)
        if found is None:
            return None
        try:
            check_body(found, size_of(rgb_u8))
        except NoPersonError:
            return None
        return found

    def _forget(self) -> None:
        self._filter.reset()
        self._crop = self._skin = None

    def _dress(self, rgb_u8: RGBu8, pose: Pose, mask_f32: MaskF32, worn: _Worn, took: dict[str, float]) -> RGBu8:
        crop = self._window(pose, worn, size_of(rgb_u8))
        with _timed(took, "parsing"):
            small_u8 = crop.cut(rgb_u8)
            person_f32 = crop.cut(mask_f32, border=cv2.BORDER_CONSTANT)
            pose = Pose(crop.to_crop(pose.points_px), pose.visibility)
            labels = self._parser(small_u8, person_f32, pose)
        with _timed(took, "warp"):
            laid = self._lay(Person(small_u8, pose, person_f32, labels), crop, worn)
        with _timed(took, "plan"):
            plan = plan_edit(labels, pose, worn.picture, laid.small_alpha_f32)
            skin = self._skin_tone(small_u8, labels)
            whole, labels = beyond_the_picture(plan, labels, crop, size_of(rgb_u8))
            fine, coarse = live_input(
                small_u8.astype(np.float32) / 255, whole.region_f32, laid.small_rgb_f32,
                laid.small_alpha_f32 * whole.region_f32, skin, pose.points_px, pose.visibility, labels, whole.old,
            )  # fmt: skip
        with _timed(took, "network"):
            drawing = self._drawer.draw(fine, coarse)
        if not plan.region_f32.any():
            return rgb_u8
        with _timed(took, "composite"):
            return _blend(rgb_u8, crop, plan, person_f32, laid, drawing)

    def _window(self, pose: Pose, worn: _Worn, photo_size: tuple[int, int]) -> Crop:
        """The work frame in the photo; it stays where it is while the person hardly moves."""
        s = self._settings
        wanted = crop_for(pose, worn.picture.category, photo_size, s.height * 3 // 4, s.height)
        kept = self._crop
        if kept is not None and (kept.width, kept.height) == (wanted.width, wanted.height):
            tall = wanted.height / wanted.scale
            apart = max(abs(kept.x0 - wanted.x0), abs(kept.y0 - wanted.y0), abs(kept.height / kept.scale - tall))
            if apart < s.still * tall:
                return kept
        self._crop = snap_crop(wanted)
        return self._crop

    def _skin_tone(self, rgb_u8: RGBu8, labels_u8: NDArray[np.uint8]) -> F32:
        tone = skin_colour(rgb_u8, labels_u8)
        if self._skin is not None:
            tone = self._skin + np.float32(self._settings.skin) * (tone - self._skin)
        self._skin = tone
        return tone

    def _lay(self, person: Person, crop: Crop, worn: _Worn) -> _Laid:
        """Warp the garment coarsely: planned on the small copy, drawn from the picture."""
        s = self._settings
        factor = s.warp_height / s.height
        frame = Crop(0.0, 0.0, factor, s.warp_height * 3 // 4, s.warp_height)
        parts = warp_garment(worn.plan, person, frame, placer=self._placer)
        if worn.plan.category != "lower":
            sleeves = [p.region_f32 for p in parts if p.name.startswith("sleeve")]
            covered = np.max(sleeves, 0) if sleeves else np.zeros((frame.height, frame.width), np.float32)
            small_pose = Pose(frame.to_crop(person.pose.points_px), person.pose.visibility)
            labels = cv2.resize(person.labels_u8, (frame.width, frame.height), interpolation=cv2.INTER_NEAREST)
            parts = without_arms(parts, bare_arms(labels, small_pose, covered))
        ratio = np.float32(worn.picture.alpha_f32.shape[0] / worn.plan.alpha_f32.shape[0])
        parts = [PartWarp(p.name, (p.flow_px + 0.5) * ratio - 0.5, p.region_f32) for p in parts]
        rgb, alpha = render_parts(worn.picture.image_u8, worn.picture.alpha_f32, parts, full_size(crop))
        size = (crop.width, crop.height)
        small_rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        return _Laid(rgb, alpha, small_rgb, cv2.resize(alpha, size, interpolation=cv2.INTER_AREA))


def _blend(
    photo_u8: RGBu8, crop: Crop, plan: EditPlan, person_f32: MaskF32, laid: _Laid, drawing: LiveDrawing
) -> RGBu8:
    """Put the drawing into the frame, at the frame's own resolution."""
    # nothing changes that is plain ground before and after
    some = (person_f32 > 0.05) | (drawing.alpha_f32 > 0.01) | plan.old
    touched = cv2.blur(cv2.dilate(some.astype(np.float32), np.ones((5, 5), np.uint8)), (3, 3))
    small = plan.region_f32 * touched
    size = full_size(crop)
    window = _around(small, size, window_of(crop, size_of(photo_u8)))
    if not photo_u8[window.photo].size:
        return photo_u8.copy()
    protected = enlarge(plan.protected.astype(np.float32), size, window) > 0.5
    region = full_region(small, protected, size, window)
    garment, alpha = _moved(laid, drawing, size, window)
    rendering = enlarge(drawing.rendering_f32, size, window) * 255
    # What the network keeps of the garment is a share of its alpha, so that its edges stay crisp.
    share = np.where(drawing.alpha_f32 > 0.05, drawing.mask_f32 / np.maximum(drawing.alpha_f32, 0.05), 1.0)
    mask = np.clip(enlarge(share.astype(np.float32), size, window), 0, 1) * alpha
    shading = np.clip(enlarge(drawing.shading_f32, size, window), 0.5, 1.12)  # more bleaches prints
    drawn = rendering + mask[..., None] * (np.minimum(garment * shading[..., None], 255) - rendering)
    out = photo_u8.copy()
    view = out[window.photo]
    mixed = view + region[..., None] * (np.clip(drawn, 0, 255) - view)
    np.copyto(view, np.rint(mixed).astype(np.uint8), where=region[..., None] > 0)
    return out


def _around(region_f32: MaskF32, size: tuple[int, int], window: Window) -> Window:
    """The part of a window in which a region of the work frame lies."""
    x, y, w, h = cv2.boundingRect((region_f32 > 0).astype(np.uint8))
    scale = size[0] / region_f32.shape[0]

    def narrow(frame: slice, photo: slice, first: int, length: int) -> tuple[slice, slice]:
        start = min(max(frame.start, int((first - 2) * scale)), frame.stop)
        stop = max(start, min(frame.stop, int((first + length + 2) * scale) + 1))
        shift = photo.start - frame.start
        return slice(start, stop), slice(start + shift, stop + shift)

    rows, photo_rows = narrow(window.frame[0], window.photo[0], y, h)
    columns, photo_columns = narrow(window.frame[1], window.photo[1], x, w)
    return Window((photo_rows, photo_columns), (rows, columns))


def _moved(laid: _Laid, drawing: LiveDrawing, size: tuple[int, int], window: Window) -> tuple[F32, MaskF32]:
    """The garment in the window, (hw, ww, 3) float32 0..255 and (hw, ww), moved as the network says."""
    shift = enlarge(drawing.displacement_f32, size, window) * np.float32(size[1])
    rows, columns = window.frame
    x = shift[..., 0] + np.arange(columns.start, columns.stop, dtype=np.float32)
    y = shift[..., 1] + np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
    rgb = cv2.remap(laid.rgb_u8, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.remap(laid.alpha_f32, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return rgb.astype(np.float32), alpha


def _shrunk(garment: Garment, longest: int) -> Garment:
    """The garment with a smaller picture; landmarks follow."""
    h, w = garment.alpha_f32.shape
    factor = min(1.0, longest / max(h, w))
    size = (max(2, round(w * factor)), max(2, round(h * factor)))
    fx, fy = size[0] / w, size[1] / h
    points = {name: ((x + 0.5) * fx - 0.5, (y + 0.5) * fy - 0.5) for name, (x, y) in garment.landmarks_px.items()}
    return replace(
        garment,
        image_u8=cv2.resize(garment.image_u8, size, interpolation=cv2.INTER_AREA),
        alpha_f32=cv2.resize(garment.alpha_f32, size, interpolation=cv2.INTER_AREA),
        landmarks_px=points,
    )


@contextmanager
def _timed(timings: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings[name] = 1000 * (time.perf_counter() - start)
