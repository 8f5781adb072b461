"""The person's soft mask at the photo's own resolution, and the person cut out of the photo.

MediaPipe's mask is a blurry 256-pixel one, and the labels are decided at 384. Both know where the person
is, the photo knows where the edge is: the guided filter (He, Sun, Tang 2010, arXiv 1311.1743 for the
sub-sampled form) carries the one to the other. It is run three times with ever smaller windows, its
answer made more decided in between, so that an edge some pixels off is first moved and then drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.person.agnostic import body_unit
from tryon.types import LabelsU8, MaskF32, Person, Pose, RGBu8

F32 = NDArray[np.float32]


@dataclass(frozen=True)
class MatteSettings:
    """How the mask is refined; lengths are pixels of the working copy. Chosen on rendered validation people."""

    unit: float = 70.0  # a shoulder width in the working copy: a third more costs twice as much and tells no more
    labels_share: float = 0.35  # of the first guess; the labels know bags, MediaPipe's mask knows gaps under arms
    radii: tuple[int, ...] = (6, 3, 2)  # the first is as far as the guess may be wrong, the last a lock's width
    decided: tuple[float, float] = (0.3, 0.7)  # values that become 0 and 1 after each pass
    epsilon: float = 1e-4  # linear light squared: keeps steps of 1% and more
    band: float = 8.0  # around the guess's edge is uncertain; further off the guess is kept, so cloth gets no holes
    room: float = 0.15  # shoulder widths around the person that are looked at


DEFAULT = MatteSettings()


class _Linear(NamedTuple):
    """Alpha as a linear function of colour: slope (h, w, 3) and offset (h, w)."""

    slope: F32
    offset: F32


def refine_mask(
    image_u8: RGBu8, mask_f32: MaskF32, labels_u8: LabelsU8, pose: Pose, settings: MatteSettings = DEFAULT
) -> MaskF32:
    """Draw the person's outline where the photo has it, hair included.

    Args:
        image_u8: (H, W, 3) photo. mask_f32: (H, W) 0..1 coarse mask. labels_u8: (H, W) parsing.
        pose: landmarks in the photo.

    Returns:
        (H, W) float32 0..1: 0 off the person, 1 well inside.
    """
    s = settings
    unit = body_unit(pose)
    rows, columns = _box((mask_f32 > 0.1) | (labels_u8 > 0), s.room * unit)
    out = np.zeros_like(mask_f32)
    height, width = rows.stop - rows.start, columns.stop - columns.start
    if height < 8 or width < 8:
        return mask_f32.copy()
    factor = min(1.0, s.unit / unit)
    size = (max(8, round(width * factor)), max(8, round(height * factor)))
    light = _to_linear(image_u8[rows, columns])
    guide = cv2.resize(light, size, interpolation=cv2.INTER_AREA)
    some = cv2.resize((labels_u8[rows, columns] > 0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    guess = cv2.resize(mask_f32[rows, columns], size, interpolation=cv2.INTER_AREA)
    guess += s.labels_share * (cv2.GaussianBlur(some, (0, 0), 0.8) - guess)
    inside, outside = _sure(guess, s.band)
    moments = _GuideMoments(guide)
    alpha, fitted = guess, None
    for radius in s.radii:
        fitted = moments.fit(alpha, radius, s.epsilon)
        alpha = _decide(_apply(fitted, guide), s.decided)
        alpha[inside], alpha[outside] = 1, 0
    assert fitted is not None
    full = _Linear(*(cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR) for part in fitted))
    fine = _decide(_apply(full, light), s.decided)
    for sure, value in ((inside, 1), (outside, 0)):
        grown = cv2.resize(sure.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
        fine[grown > 0] = value
    out[rows, columns] = fine
    return out


def cut_out_person(person: Person) -> NDArray[np.uint8]:
    """The person with transparency, for any other ground: rims and hair keep nothing of the old one's colours.

    Colours under a partly transparent pixel are estimated by two passes of blurred foreground and background
    (Forte 2021, "Approximate Fast Foreground Colour Estimation", equations 4 to 7), in linear light.

    Returns:
        (H, W, 4) uint8 sRGB and alpha, colours not multiplied by alpha; the photo's own bytes where it is opaque.
    """
    alpha = person.mask_f32
    rows, columns = _box(alpha > 0, 0.15 * body_unit(person.pose))
    a, light = alpha[rows, columns, None], _to_linear(person.image_u8[rows, columns])
    out = np.dstack([person.image_u8, np.rint(alpha * 255).astype(np.uint8)])
    if light.size == 0:
        return out
    front, back = light, light
    for share in (0.25, 0.03):  # shoulder widths: far enough to meet opaque pixels, then near for locks and folds
        k = 2 * max(1, round(share * body_unit(person.pose))) + 1
        weight = cv2.blur(a[..., 0], (k, k))[..., None]
        near_front = cv2.blur(front * a, (k, k)) / np.maximum(weight, 1e-4)
        near_back = cv2.blur(back * (1 - a), (k, k)) / np.maximum(1 - weight, 1e-4)
        front = np.clip(near_front + a * (light - a * near_front - (1 - a) * near_back), 0, 1)
        back = near_back
    mixed = (alpha[rows, columns] > 0) & (alpha[rows, columns] < 1)
    out[rows, columns, :3][mixed] = _to_srgb(front[mixed])
    return out


def _box(where: NDArray[np.bool_], room_px: float) -> tuple[slice, slice]:
    x, y, w, h = cv2.boundingRect(where.astype(np.uint8))
    room = round(room_px) if w and h else 0
    rows = slice(max(0, y - room), min(where.shape[0], y + h + room))
    return rows, slice(max(0, x - room), min(where.shape[1], x + w + room))


def _sure(guess: MaskF32, band: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where the guess is certainly right: well inside and well outside."""
    hard = (guess > 0.5).astype(np.uint8)
    inside = cv2.distanceTransform(np.pad(hard, 1, mode="edge"), cv2.DIST_L2, 3)[1:-1, 1:-1]
    outside = cv2.distanceTransform(1 - hard, cv2.DIST_L2, 3)
    return (inside > band) & (guess > 0.8), (outside > band) & (guess < 0.2)


def _decide(values: F32, decided: tuple[float, float]) -> F32:
    low, high = decided
    return np.clip((values - low) * np.float32(1 / (high - low)), 0, 1)


def _apply(fitted: _Linear, guide: F32) -> F32:
    product = cv2.transform(fitted.slope * guide, np.ones((1, 3), np.float32))
    return np.asarray(product.reshape(guide.shape[:2]) + fitted.offset, np.float32)


class _GuideMoments:
    """What the guided filter needs of its guide."""

    def __init__(self, guide: F32) -> None:
        self._guide = guide
        r, g, b = cv2.split(guide)
        self._products = cv2.merge([r * r, r * g, r * b]), cv2.merge([g * g, g * b, b * b])

    def fit(self, values: F32, radius: int, epsilon: float) -> _Linear:
        """Least squares of values on colour in every window, averaged over windows (equations 5, 6 and 8)."""
        kernel = (2 * radius + 1, 2 * radius + 1)

        def mean(x: F32) -> F32:
            return np.asarray(cv2.blur(x, kernel, borderType=cv2.BORDER_REFLECT), np.float32)

        guide_mean, value_mean = mean(self._guide), mean(values)
        cov = mean(self._guide * values[..., None]) - guide_mean * value_mean[..., None]
        first, second = mean(self._products[0]), mean(self._products[1])
        x, y, z = cv2.split(guide_mean)
        # the symmetric 3x3 covariance of the guide, inverted by cofactors
        aa, ab, ac = (m - x * n for m, n in zip(cv2.split(first), (x, y, z), strict=True))
        bb, bc, cc = second[..., 0] - y * y, second[..., 1] - y * z, second[..., 2] - z * z
        aa, bb, cc = aa + epsilon, bb + epsilon, cc + epsilon
        i00, i01, i02 = bb * cc - bc * bc, ac * bc - ab * cc, ab * bc - ac * bb
        i11, i12, i22 = aa * cc - ac * ac, ab * ac - aa * bc, aa * bb - ab * ab
        scale = 1 / np.maximum(aa * i00 + ab * i01 + ac * i02, 1e-12)
        c0, c1, c2 = (c * scale for c in cv2.split(cov))
        slope = cv2.merge(
            [i00 * c0 + i01 * c1 + i02 * c2, i01 * c0 + i11 * c1 + i12 * c2, i02 * c0 + i12 * c1 + i22 * c2]
        )
        offset = value_mean - (slope * guide_mean).sum(2)
        return _Linear(mean(slope), mean(offset))


def _to_linear(image_u8: RGBu8) -> F32:
    """sRGB bytes as linear light 0..1: there a mixture of hair and ground is their mean."""
    value = np.arange(256, dtype=np.float64) / 255
    table = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)
    return np.asarray(table[image_u8], np.float32)


def _to_srgb(light_f32: F32) -> NDArray[np.uint8]:
    """Linear light 0..1 as sRGB bytes."""
    value = np.where(light_f32 <= 0.0031308, 12.92 * light_f32, 1.055 * np.maximum(light_f32, 0) ** (1 / 2.4) - 0.055)
    return np.clip(np.rint(value * 255), 0, 255).astype(np.uint8)
