"""GarmentAnalyzer: a flat garment picture on any ground -> mask, category, attributes, landmarks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.cores import Later, together
from tryon.errors import GarmentNotFoundError
from tryon.garment.attributes import guess_attributes, leg_length, sleeve_length
from tryon.garment.holes import mend_holes, open_slits
from tryon.garment.hood import Hood, find_hood
from tryon.garment.landmarks import LANDMARKS, kind_of
from tryon.garment.local_colour import local_cut
from tryon.garment.mask import BoolMask, Ground, tidy_mask
from tryon.garment.network import GarmentNetwork
from tryon.garment.points import choose_points
from tryon.garment.reading import Reading, read_garment
from tryon.garment.refine import refine_alpha
from tryon.garment.sharpen import drop_loose, drop_slivers, ground_of, keep_main, open_gaps
from tryon.garment.waist import without_ground_above
from tryon.types import CATEGORIES, GARMENT_LABELS, Category, Garment, MaskF32, RGBu8

READ_SIDE = 512  # long side of the picture that is read; twice the network's input, for the closer look
MIN_AREA, MAX_AREA = 0.01, 0.98  # of the picture; outside it no garment was told from its ground
MIN_INSIDE = 0.4  # probability from which a pixel is the inside of the back; a rest of collar shows more than a dent
TOP_SHARE = 0.36  # of the garment's height in which the inside of its back is seen; hoods reach down so far
RIM = 0.009  # half-width of rims beside the inside that go, of the long side
SURE = 0.5  # a label under this probability is "not sure"; chosen on the validation photos
NOT_FOUND = (
    "No garment can be told from its background. Use a picture of one garment, laid flat or hung, "
    "that fills most of the frame and differs from the ground behind it."
)
LABEL_NAMES = tuple(GARMENT_LABELS)


@dataclass(frozen=True)
class _Outline:
    """Masks at the reading size: the whole garment, and the inside of its back."""

    whole: MaskF32
    inside: MaskF32
    hood: Hood | None = None

    @property
    def front(self) -> BoolMask:
        """Where the garment's front is."""
        front: BoolMask = (self.whole > 0.5) & (self.inside < 0.5)
        return front


class GarmentAnalyzer:
    """Understands a garment picture; one object may be shared by threads."""

    def __init__(self, network: GarmentNetwork) -> None:
        self._network = network
        self._lock = threading.Lock()

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None, *, device: str = "cpu") -> GarmentAnalyzer:
        """Load ``garment.safetensors`` from a folder (default: the repository's ``weights/``); device: cpu or cuda.

        Raises:
            WeightsError: missing, damaged or of another network.
        """
        return cls(GarmentNetwork.load(weights_dir, device=device))

    def __call__(
        self,
        image_u8: RGBu8,
        *,
        category: Category | Literal["auto"] = "auto",
        alpha_f32: MaskF32 | None = None,
        once_read: Callable[[], None] | None = None,
    ) -> Garment:
        """Analyse a flat garment picture.

        Args:
            image_u8: (H, W, 3) uint8 sRGB.
            category: what the visitor says it is; "auto" to find out.
            alpha_f32: (H, W) 0..1, the picture's own transparency, where it has any.
            once_read: called when the network, which keeps all cores busy, has found a garment.

        Raises:
            GarmentNotFoundError: empty picture, or nothing stands out from the ground.
        """
        return self.with_layers(image_u8, category=category, alpha_f32=alpha_f32, once_read=once_read)[0]

    def with_layers(
        self,
        image_u8: RGBu8,
        *,
        category: Category | Literal["auto"] = "auto",
        alpha_f32: MaskF32 | None = None,
        once_read: Callable[[], None] | None = None,
    ) -> tuple[Garment, MaskF32, MaskF32]:
        """As a call, with what ``cut_out`` gives, from one look at the picture: garment, whole, inside of the back."""
        height, width = image_u8.shape[:2]
        own = alpha_f32 if alpha_f32 is not None and float(alpha_f32.min()) < 0.5 else None
        reading, outline = self._read(image_u8, own, once_read)
        front = outline.front
        size = (front.shape[1], front.shape[0])
        label, probability, chosen, by_category = _name(reading.label, category)
        points, (whole, inside) = together(
            lambda: choose_points(front, reading, kind_of(label, chosen)), lambda: _layers(image_u8, outline, own)
        )
        if outline.hood is not None and chosen != "lower":
            points |= {"neck_left": _pair(outline.hood.left), "neck_right": _pair(outline.hood.right)}
        attributes = guess_attributes(reading.attributes, chosen)
        shares = {name: guess.probability for name, guess in attributes.items()}
        landmarks = {
            name: (float((x + 0.5) * width / size[0] - 0.5), float((y + 0.5) * height / size[1] - 0.5))
            for name, (x, y) in points.items()
        }
        if chosen == "lower" and own is None:
            whole = without_ground_above(whole, landmarks)
        sure = probability[label] >= SURE and GARMENT_LABELS[label] == chosen
        garment = Garment(
            image_u8=image_u8,
            alpha_f32=(whole * (1 - inside)).astype(np.float32),
            category=chosen,
            category_probability=by_category,
            label=label if sure else "not sure",
            label_probability=probability,
            landmarks_px=landmarks,
            sleeve=None if chosen == "lower" else sleeve_length(landmarks, shares["sleeve"]),
            leg=None if chosen == "upper" else leg_length(landmarks, shares["leg"], shorts=label == "Shorts"),
            warnings=_warnings(front, by_category, category),
            attributes=attributes,
            visibility={name: float(reading.visible[LANDMARKS.index(name)]) for name in landmarks},
        )
        return garment, whole, inside

    def cut_out(self, image_u8: RGBu8) -> tuple[MaskF32, MaskF32]:
        """The whole garment, and the inside of its back, which ``alpha_f32`` leaves out: (H, W) 0..1 each.

        Raises:
            GarmentNotFoundError: as for a whole analysis.
        """
        return _layers(image_u8, self._read(image_u8, None)[1], None)

    def _read(
        self, image_u8: RGBu8, own: MaskF32 | None, once_read: Callable[[], None] | None = None
    ) -> tuple[Reading, _Outline]:
        """The network's answer and the masks made of it, on a copy at most READ_SIDE long."""
        height, width = image_u8.shape[:2]
        s = min(1.0, READ_SIDE / max(height, width))
        size = (max(8, round(width * s)), max(8, round(height * s)))
        small = np.asarray(cv2.resize(image_u8, size, interpolation=cv2.INTER_AREA), np.uint8)
        clear = None
        if own is not None:
            clear = np.asarray(cv2.resize(own, size, interpolation=cv2.INTER_AREA), np.float32)
            small = _on_grey(small, clear)
        with self._lock:
            reading = read_garment(small, self._network)
        if reading is None:
            raise GarmentNotFoundError(NOT_FOUND)
        ground = Later(lambda: ground_of(small))
        if clear is None:
            ground.begin()
        if once_read is not None:
            once_read()
        outline = _outline(small, reading, clear, ground)
        if not MIN_AREA <= float(outline.front.mean()) <= MAX_AREA:
            raise GarmentNotFoundError(NOT_FOUND)
        return reading, outline


def _pair(point: NDArray[np.float64]) -> tuple[float, float]:
    return float(point[0]), float(point[1])


def _on_grey(image_u8: RGBu8, alpha: MaskF32) -> RGBu8:
    """A transparent picture on a light ground, as the network knows pictures."""
    a = alpha[..., None]
    return np.asarray(image_u8 * a + 236.0 * (1 - a), np.uint8)


def _outline(small: RGBu8, reading: Reading, own: MaskF32 | None, ground: Later[Ground]) -> _Outline:
    if own is not None:
        whole = np.where(tidy_mask(own > 0.5), own, 0).astype(np.float32)
    else:
        mended = mend_holes(small, reading.mask)
        opened = open_slits(small, mended)
        whole = keep_main(local_cut(small, open_gaps(ground.answer(), opened)), mended)
    inside = _solid_inside(reading.inside, whole)
    hood = find_hood(whole > 0.5, reading)
    if hood is not None:
        inside = np.maximum(inside, cv2.GaussianBlur(hood.mask.astype(np.float32), (0, 0), 0.8))
    whole = drop_slivers(whole, inside, thin=RIM)
    return _Outline(drop_loose(whole, inside), inside, hood)


def _solid_inside(probability: MaskF32, whole: MaskF32) -> MaskF32:
    """The inside of the back in one piece: label and hanger in it belong to it, stray pixels do not."""
    side = max(whole.shape)
    hard = (cv2.GaussianBlur(probability, (0, 0), 0.003 * side) > MIN_INSIDE).astype(np.uint8)
    wide, fine = (2 * max(1, round(k * side)) + 1 for k in (0.012, 0.004))
    hard = cv2.morphologyEx(hard, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide)))
    hard = cv2.morphologyEx(hard, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (fine, fine)))
    soft = cv2.GaussianBlur(_at_the_top(hard, whole > 0.5).astype(np.float32), (0, 0), 0.8)
    return np.where(whole > 0.05, soft, 0).astype(np.float32)


def _at_the_top(hard: NDArray[np.uint8], whole: BoolMask) -> NDArray[np.uint8]:
    """Only the pieces in the upper third and the middle of the garment: a cuff's shade is no collar."""
    ys, xs = np.nonzero(whole)
    if len(ys) == 0:
        return hard
    low = ys.min() + TOP_SHARE * (ys.max() - ys.min())
    middle, reach = (xs.min() + xs.max()) / 2, 0.25 * (xs.max() - xs.min())
    count, labels, _, centres = cv2.connectedComponentsWithStats(hard, connectivity=8)
    kept = [i for i in range(1, count) if centres[i, 1] < low and abs(centres[i, 0] - middle) < reach]
    return np.isin(labels, kept).astype(np.uint8)


def _layers(image_u8: RGBu8, outline: _Outline, own: MaskF32 | None) -> tuple[MaskF32, MaskF32]:
    """The whole garment and the inside of its back at the picture's own resolution."""
    height, width = image_u8.shape[:2]
    has_inside = float(outline.inside.max()) >= 0.5
    whole, inside = together(
        lambda: refine_alpha(image_u8, outline.whole) if own is None else own.astype(np.float32),
        lambda: refine_alpha(image_u8, outline.inside, band_px=2.0, low=0.25, high=0.65) if has_inside else None,
    )
    if own is not None:
        near = cv2.resize((outline.whole > 0).astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
        whole = np.where(near > 0, whole, 0).astype(np.float32)
    return whole, np.zeros_like(whole) if inside is None else inside


def _name(
    probabilities: NDArray[np.float32], category: Category | Literal["auto"]
) -> tuple[str, dict[str, float], Category, dict[str, float]]:
    """The likeliest label (of the chosen category), all probabilities, the category, and its probabilities."""
    probability = {name: float(p) for name, p in zip(LABEL_NAMES, probabilities, strict=True)}
    by_category: dict[str, float] = {
        c: sum(p for name, p in probability.items() if GARMENT_LABELS[name] == c) for c in CATEGORIES
    }
    chosen: Category = max(CATEGORIES, key=lambda c: by_category[c]) if category == "auto" else category
    label = max((n for n in LABEL_NAMES if GARMENT_LABELS[n] == chosen), key=lambda n: probability[n])
    return label, probability, chosen, by_category


def _warnings(front: BoolMask, by_category: dict[str, float], category: Category | Literal["auto"]) -> tuple[str, ...]:
    found = []
    border = np.concatenate([front[0], front[-1], front[:, 0], front[:, -1]])
    if float(border.mean()) > 0.10:
        found.append("The garment is cut off by the edge of its picture; show all of it for a better result.")
    if category == "auto" and max(by_category.values()) < 0.6:
        found.append("It is not clear what kind of garment this is; choose upper, lower or dress if it looks wrong.")
    return tuple(found)
