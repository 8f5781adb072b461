"""How pictures reach the browser: a light JPEG to look at; the PNG is made when it is asked for."""

from __future__ import annotations

import base64

import cv2
import numpy as np

from tryon.images import shrink_to
from tryon.types import MaskF32, RGBu8

SHOWN_SIDE = 1600  # pixels: sharp on a large screen; a 40 megapixel result would take seconds to send
SHOWN_QUALITY = 93  # no visible loss beside the original in a slider
THUMB_QUALITY = 84
SKETCH_QUALITY = 90


def encode_shown(image_u8: RGBu8) -> tuple[bytes, tuple[int, int]]:
    """Encode a picture for looking at.

    Args:
        image_u8: (H, W, 3).

    Returns:
        The JPEG, and its width and height.
    """
    small = shrink_to(image_u8, SHOWN_SIDE)
    return _jpeg(small, SHOWN_QUALITY), (small.shape[1], small.shape[0])


def encode_sketch(image_u8: RGBu8) -> bytes:
    """Encode a small drawing; thin lines and flat colours want more than a thumb.

    Args:
        image_u8: (H, W, 3).

    Returns:
        The JPEG.
    """
    return _jpeg(image_u8, SKETCH_QUALITY)


def encode_thumb(image_u8: RGBu8, width: int = 240, height: int = 320) -> bytes:
    """Cut the middle of a picture to a small upright one.

    Args:
        image_u8: (H, W, 3).
        width: of the thumb, pixels.
        height: of the thumb, pixels.

    Returns:
        The JPEG.
    """
    h, w = image_u8.shape[:2]
    cut_w, cut_h = min(w, round(h * width / height)), min(h, round(w * height / width))
    x, y = (w - cut_w) // 2, (h - cut_h) // 4  # a little more from below: heads are above
    thumb = cv2.resize(image_u8[y : y + cut_h, x : x + cut_w], (width, height), interpolation=cv2.INTER_AREA)
    return _jpeg(thumb, THUMB_QUALITY)


def thumb_uri(image_u8: RGBu8, width: int = 240, height: int = 320) -> str:
    """Cut the middle of a picture to a small upright one and return it as a data URI.

    Args:
        image_u8: (H, W, 3).
        width: of the thumb, pixels.
        height: of the thumb, pixels.
    """
    return "data:image/jpeg;base64," + base64.b64encode(encode_thumb(image_u8, width, height)).decode("ascii")


def focus_on(image_u8: RGBu8, mask_f32: MaskF32, *, margin: float = 0.09, most: float = 1.35) -> RGBu8:
    """Cut a garment's picture closer around the garment, so that it fills its tile.

    Args:
        image_u8: (H, W, 3).
        mask_f32: (H, W) 0..1, the garment.
        margin: left free on each side, as a part of the cut.
        most: enlarged by no more than this, so that shorts stay smaller than trousers.

    Returns:
        A part of the picture with the picture's own proportions.
    """
    h, w = mask_f32.shape
    ys, xs = np.nonzero(mask_f32 > 0.5)
    if not len(ys):
        return image_u8
    needed = max(float(np.ptp(ys) + 1) / h, float(np.ptp(xs) + 1) / w) / (1 - 2 * margin)
    share: float = min(1.0, max(needed, 1 / most))
    cut_h, cut_w = round(h * share), round(w * share)
    y = int(np.clip((ys.min() + ys.max() - cut_h) // 2, 0, h - cut_h))
    x = int(np.clip((xs.min() + xs.max() - cut_w) // 2, 0, w - cut_w))
    return image_u8[y : y + cut_h, x : x + cut_w]


def fit_uri(image_u8: RGBu8, side: int = 320) -> str:
    """Shrink a whole picture and return it as a data URI.

    Args:
        image_u8: (H, W, 3).
        side: longer side at most, pixels.
    """
    return "data:image/jpeg;base64," + base64.b64encode(_jpeg(shrink_to(image_u8, side), THUMB_QUALITY)).decode("ascii")


def _jpeg(image_u8: RGBu8, quality: int) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    if quality > 90:
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]  # red prints stay sharp
    done, data = cv2.imencode(".jpg", cv2.cvtColor(np.ascontiguousarray(image_u8), cv2.COLOR_RGB2BGR), options)
    if not done:
        raise RuntimeError("OpenCV could not encode a JPEG")
    return data.tobytes()
