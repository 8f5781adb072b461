"""What belongs to a flat garment beside its front: the inside of the back, a hood, a lining, and small trims.

The front's mask leaves them out (they are not drawn on a body), but in the garment's own picture they would keep the
old colour.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.fill import spread_in
from tryon.images import srgb_to_linear
from tryon.studio.style_light import LUMA, Parted, lab_to_linear, size_of_cloth, to_lab
from tryon.types import MaskF32, RGBu8

Bool = NDArray[np.bool_]


@dataclass(frozen=True)
class BackSettings:
    """Colours in CIE Lab; lengths as shares of the garment's size."""

    ring: float = 0.03  # of the picture: its border, where the ground is seen
    plain: float = 5.0  # spread of the ground up to which anything else can be told from it
    differs: float = 7.0  # from the ground; its own shadows differ less, or only in lightness
    shadow_chroma: float = 3.5  # a shadow is darker, not more colourful
    shadow: float = 26.0  # and not so much darker
    hue: float = 0.055  # distance of chromaticities up to which the inside is the same cloth
    grey: float = 0.45  # and, for grey cloth, the ratio of light down to which it is still the same
    least: float = 0.0004  # of the cloth: smaller pieces are rims
    vote: float = 0.6  # share of a piece that must be of the same cloth
    one_dye: float = 0.93  # share of the main dye over which what else there is may be a trim
    trim_area: float = 0.004  # of the cloth: larger things are no buttons
    trim_colour: float = 15.0  # distance in a and b from every dye
    round: float = 0.62  # share of the circle around it that a button fills
    straight: float = 0.74  # share of the rectangle around it that a label or a zip fills
    trim_light: float = 0.5  # of the logarithm, over the light around


DEFAULT = BackSettings()


def find_back(image_u8: RGBu8, alpha_f32: MaskF32, parted: Parted, settings: BackSettings = DEFAULT) -> MaskF32:
    """Where the garment's own cloth shows outside its front's mask.

    Args:
        image_u8: (H, W, 3). alpha_f32: (H, W) 0..1, the front. parted: of both.

    Returns:
        (H, W) float32 0..1; all 0 on a ground that is not plain, and where the inside is of another cloth.
    """
    s = settings
    nothing = np.zeros(alpha_f32.shape, np.float32)
    ground = _ground(image_u8, alpha_f32, s)
    if ground is None:
        return nothing
    lab = to_lab(image_u8)
    apart = lab - ground
    lightness, chroma = apart[..., 0], np.linalg.norm(apart[..., 1:], axis=-1)
    shadow = (lightness < 0) & (lightness > -s.shadow) & (chroma < s.shadow_chroma)
    other = (np.linalg.norm(apart, axis=-1) > s.differs) & ~shadow
    front = alpha_f32 > 0.3
    unit = size_of_cloth(alpha_f32 > 0.5)
    near = cv2.dilate(front.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    radius = max(1, round(0.006 * unit))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    thick = cv2.morphologyEx((other & ~front).astype(np.uint8), cv2.MORPH_OPEN, kernel)
    same = _same_cloth(image_u8, parted, s)
    _, pieces = cv2.connectedComponents(thick, connectivity=8)
    touching = set(np.unique(pieces[near])) - {0}
    back = np.zeros(alpha_f32.shape, np.float32)
    for k in touching:
        piece = pieces == k
        area = float(piece.sum())
        # a lining of another cloth stays; labels and shades inside the same cloth do not make it another
        if area > s.least * unit**2 and (same & piece).sum() > s.vote * area:
            back[piece & (same | ~_bright(image_u8, parted))] = 1
    soft = cv2.GaussianBlur(back, (0, 0), 0.8)
    return np.asarray(np.minimum(soft, 1 - alpha_f32), np.float32)


def find_trims(image_u8: RGBu8, alpha_f32: MaskF32, parted: Parted, settings: BackSettings = DEFAULT) -> MaskF32:
    """Buttons, strings, labels and crests: small things of another colour than the cloth's dyes.

    Returns:
        (H, W) float32 0..1.
    """
    s = settings
    mask = alpha_f32 > 0.5
    unit = size_of_cloth(mask)
    if parted.patterned and float(parted.shares[0]) < s.one_dye:
        return np.zeros(alpha_f32.shape, np.float32)  # nothing tells a button from a dot
    lit = np.clip(srgb_to_linear(image_u8) / np.exp(parted.light_log)[..., None], 0, 1)
    lab = np.asarray(cv2.cvtColor(lit.astype(np.float32), cv2.COLOR_LRGB2LAB), np.float32)
    hue = np.min([np.linalg.norm(lab[..., 1:] - dye[1:], axis=-1) for dye in parted.palette_lab], axis=0)
    odd = hue > s.trim_colour
    if not parted.patterned:  # with several dyes brightness is part of the pattern
        odd |= parted.light_log > s.trim_light
    odd &= cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    odd_u8 = cv2.morphologyEx(odd.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(odd_u8)
    areas = stats[:, cv2.CC_STAT_AREA]
    kept = [
        k
        for k in range(1, count)
        if max(6, 3e-5 * unit**2) < areas[k] < s.trim_area * unit**2 and _made(pieces == k, stats[k], s)
    ]
    small = np.isin(pieces, kept)
    if small.sum() > 0.015 * mask.sum():  # so much is a wash or a pattern that was not told apart
        return np.zeros(alpha_f32.shape, np.float32)
    grown = cv2.dilate(small.astype(np.float32), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.GaussianBlur(grown, (0, 0), 0.7), np.float32)


def _made(piece: Bool, box: NDArray[np.int32], s: BackSettings) -> bool:
    """Whether a piece has the shape of a thing that is made: round as a button, straight as a label or a zip.

    What shines, is worn or creased has ragged shapes.
    """
    x, y, w, h = (int(v) for v in box[:4])
    outline, _ = cv2.findContours(
        piece[y : y + h, x : x + w].astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    largest = max(outline, key=len)
    area = float(piece.sum())
    _, radius = cv2.minEnclosingCircle(largest)
    _, sides, _ = cv2.minAreaRect(largest)
    round_share = area / (np.pi * (radius + 0.5) ** 2)
    straight_share = area / ((sides[0] + 1) * (sides[1] + 1))
    return bool(round_share > s.round or straight_share > s.straight)


def ground_behind(image_u8: RGBu8, covered_f32: MaskF32) -> NDArray[np.float32]:
    """The ground's linear light (H, W, 3) carried on under the garment's edge."""
    clear = (cv2.dilate(covered_f32, np.ones((5, 5), np.uint8)) < 0.02).astype(np.float32)
    return spread_in(srgb_to_linear(image_u8), clear)


def _ground(image_u8: RGBu8, alpha_f32: MaskF32, s: BackSettings) -> NDArray[np.float32] | None:
    """The ground's colour at every pixel (H, W, 3) Lab, a plane through the border; None where it is not plain."""
    h, w = alpha_f32.shape
    ring = max(2, round(s.ring * max(h, w)))
    border = np.ones((h, w), bool)
    border[ring:-ring, ring:-ring] = False
    border &= cv2.dilate(alpha_f32, np.ones((9, 9), np.uint8)) < 0.02
    if border.sum() < 0.3 * (2 * ring * (h + w)):
        return None
    ys, xs = np.nonzero(border)
    step = max(1, len(ys) // 4000)
    ys, xs = ys[::step], xs[::step]
    lab = to_lab(image_u8[ys, xs][None])[0]
    design = np.stack([np.ones(len(ys)), xs / w, ys / h], 1)
    plane, *_ = np.linalg.lstsq(design, lab, rcond=None)
    if float(np.sqrt(np.median(((lab - design @ plane) ** 2).sum(1)))) > s.plain:
        return None
    rows, columns = np.mgrid[0:h, 0:w].astype(np.float32)
    p = plane.astype(np.float32)
    return np.asarray(p[0] + columns[..., None] / w * p[1] + rows[..., None] / h * p[2], np.float32)


def _bright(image_u8: RGBu8, parted: Parted) -> Bool:
    """Pixels much lighter than every dye: a label sewn into the back."""
    lightest = float((lab_to_linear(parted.palette_lab) @ LUMA).max())
    return np.asarray(srgb_to_linear(image_u8) @ LUMA > 1.8 * lightest + 0.02)


def _same_cloth(image_u8: RGBu8, parted: Parted, s: BackSettings) -> Bool:
    """Pixels whose colour is one of the dyes in less light, or in a little more."""
    linear = srgb_to_linear(image_u8)
    light = linear @ LUMA
    tint = linear / np.maximum(linear.sum(-1, keepdims=True), 0.02)
    same = np.zeros(light.shape, bool)
    for dye in lab_to_linear(parted.palette_lab):
        own = float(dye @ LUMA)
        dye_tint = dye / max(float(dye.sum()), 0.02)
        grey = float(dye_tint.max() - dye_tint.min()) < 0.06
        ratio = light / max(own, 0.004)
        enough = (ratio > (s.grey if grey and own > 0.2 else 0.12)) & (ratio < 2.2)
        same |= (np.abs(tint - dye_tint).sum(-1) < s.hue + (0.05 if own < 0.03 else 0)) & enough
    return same
