"""Pictures and logos on pages: cut to their place, scaled, and marked as generated."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.sharing.words import Language, word_mask, write
from tryon.studio.lookbook.book import INK, WHITE, Colour, Look, contrast, ink_on
from tryon.studio.lookbook.layout import Box
from tryon.types import RGBu8

MARK_SHARE = 0.027  # size of the mark on a picture, of its width
MARK_LEAST_PX = 10.5  # smaller letters cannot be read on a screen
HEAD_ROOM = 0.25  # of what is cut off a tall picture, this share from above: faces are there
PLATE = 0.66  # opacity of what lies below the mark: it is read over seams and prints, too
LOGO_CONTRAST = 1.6  # of a logo's mean colour to the ground; under it the logo lies on a plate


def cut_to(look: Look, width: int, height: int) -> RGBu8:
    """A look cut and scaled to a size, with the clothes and the face in sight; a new array (height, width, 3).

    Args:
        look: not changed. width, height: pixels.
    """
    h, w = look.image_u8.shape[:2]
    cut_w, cut_h = min(w, round(h * width / height)), min(h, round(w * height / width))
    x = int(np.clip(round(look.centre * w - cut_w / 2), 0, w - cut_w))
    y = round((h - cut_h) * HEAD_ROOM)
    part = look.image_u8[y : y + cut_h, x : x + cut_w]
    smaller = width < cut_w
    return np.array(
        cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC), np.uint8
    )


def sign(picture_u8: RGBu8, language: Language) -> None:
    """Write into a picture's lower corner that it was generated, in place: it stays where the page is cut up.

    Args:
        picture_u8: (H, W, 3). language: of the words.
    """
    height, width = picture_u8.shape[:2]
    size = max(MARK_LEAST_PX, MARK_SHARE * width)
    mask = word_mask("made", language, size)
    if mask.shape[1] > 0.92 * width:  # a narrow picture: as large as fits
        mask = word_mask("made", language, size * 0.92 * width / mask.shape[1])
    x, y = round(0.022 * width), height - len(mask) - round(0.012 * width)
    ink = ink_on(_mean(picture_u8[max(0, y) :, x : x + mask.shape[1]]))
    plate = cv2.GaussianBlur(np.pad(np.ones_like(mask), len(mask) // 2), (0, 0), len(mask) / 4)
    write(picture_u8, plate, (x - len(mask) // 2, y - len(mask) // 2), WHITE if ink == INK else INK, PLATE)
    write(picture_u8, mask, (x, y), ink, 0.9)


def lay_logo(page: RGBu8, logo_u8: NDArray[np.uint8], box: Box, ground: Colour) -> None:
    """Lay a logo into a box, in place, on a light or dark plate where it could not be seen on its ground.

    Args:
        page: (H, W, 3). logo_u8: (h, w, 4), not changed. box: of its aspect. ground: what lies below.
    """
    premultiplied = logo_u8.astype(np.float32)
    premultiplied[..., :3] *= premultiplied[..., 3:] / 255  # what is transparent must not colour the edge
    small = cv2.resize(premultiplied, (box.width, box.height), interpolation=cv2.INTER_AREA)
    share = small[..., 3:] / 255
    solid = share[..., 0] > 0.5
    if solid.any() and not solid.all():  # a picture without transparency brings its own ground
        colour = _mean(small[..., :3][solid] / share[solid])
        if contrast(colour, ground) < LOGO_CONTRAST:
            edge = max(2, box.height // 6)
            plate = np.ones((box.height + 2 * edge, box.width + 2 * edge), np.float32)
            write(page, plate, (box.x - edge, box.y - edge), ink_on(colour))
    part = page[box.y : box.bottom, box.x : box.right]
    part[...] = np.rint(part * (1 - share) + small[..., :3]).clip(0, 255).astype(np.uint8)


def fit(width: int, height: int, room_w: float, room_h: float) -> tuple[int, int]:
    """The largest size of an aspect in a room."""
    factor = min(room_w / width, room_h / height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def _mean(pixels: NDArray[np.floating] | RGBu8) -> Colour:
    red, green, blue = (int(value) for value in pixels.reshape(-1, 3).mean(0).clip(0, 255))
    return red, green, blue
