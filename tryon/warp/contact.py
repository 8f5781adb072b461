"""Contact shadows within a garment: of sleeves on the trunk, and of legs on one another.

Garments are laid flat to be photographed, so the dark line under an arm or between two legs is not in their picture;
without it an arm beside the trunk makes a cape of a jacket, and two legs a skirt.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.types import Garment, MaskF32, PartWarp, Pose

SHOULDERS, HIPS = (11, 12), (23, 24)  # MediaPipe's landmarks


@dataclass(frozen=True)
class ContactSettings:
    """Widths in shoulder widths; strengths as shares of the light. Chosen by eye on 48 try-ons."""

    narrow: float = 0.025
    narrow_strength: float = 0.30
    wide: float = 0.08
    wide_strength: float = 0.16
    sleeve_root: tuple[float, float] = (0.45, 0.85)  # from the shoulder joint: where the shadow begins, is whole
    leg_root: tuple[float, float] = (0.30, 0.65)  # below the middle of the hip joints


DEFAULT = ContactSettings()


def contact_shadows(
    parts: list[PartWarp], garment: Garment, pose: Pose, unit_px: float, settings: ContactSettings = DEFAULT
) -> MaskF32:
    """How much light contact leaves.

    Args:
        parts: pieces in drawing order, in the work frame. garment: whose mask they show.
        pose: landmarks in the work frame. unit_px: a shoulder width in its pixels.

    Returns:
        (h, w) float32 gains, 1 where there is no contact.
    """
    names = [part.name for part in parts]
    if not any(name.startswith(("sleeve_", "leg_")) for name in names):
        return np.ones_like(parts[0].region_f32)
    h, w = parts[0].region_f32.shape
    # light is soft: half of the size is enough
    size = (max(1, w // 2), max(1, h // 2))
    half = [
        PartWarp(p.name, *(cv2.resize(m, size, interpolation=cv2.INTER_AREA) for m in (p.flow_px, p.region_f32)))
        for p in parts
    ]
    small = Pose((pose.points_px + 0.5) / 2 - 0.5, pose.visibility)
    gain = _gain(half, garment, small, unit_px / 2, settings)
    return cv2.resize(gain, (w, h), interpolation=cv2.INTER_LINEAR)


def _gain(parts: list[PartWarp], garment: Garment, pose: Pose, unit_px: float, s: ContactSettings) -> MaskF32:
    names = [part.name for part in parts]
    shape = parts[0].region_f32.shape
    gain = np.ones(shape, np.float32)
    after = parts[names.index("torso") + 1 :] if "torso" in names else parts
    # the viewer's left and right, as the parts are named, whichever way the person faces
    shoulders = sorted((pose.points_px[i] for i in SHOULDERS), key=lambda p: float(p[0]))
    for side, shoulder in zip(("left", "right"), shoulders, strict=True):
        for kind in ("sleeve", "leg"):
            pieces = [p for p in after if p.name.startswith(f"{kind}_{side}")]
            if not pieces:
                continue
            cover = np.maximum.reduce([_cover(p, garment) for p in pieces])
            if kind == "sleeve":
                root, (first, last) = shoulder, s.sleeve_root
            else:
                root, (first, last) = pose.points_px[list(HIPS)].mean(0), s.leg_root
            onto = _others(side, parts, garment) if kind == "leg" else 1.0
            ramp = onto * np.clip((_distance(shape, root) / unit_px - first) / (last - first), 0, 1)
            dark = s.narrow_strength * _beside(cover, s.narrow * unit_px)
            dark += s.wide_strength * _beside(cover, s.wide * unit_px)
            gain *= 1 - dark * ramp
    return gain


def _others(side: str, parts: list[PartWarp], garment: Garment) -> MaskF32:
    """(h, w) 0..1: where the other leg is seen, which is below the hips."""
    out = np.zeros(parts[0].region_f32.shape, np.float32)
    for part in parts:
        if part.name.startswith("leg_") and not part.name.startswith(f"leg_{side}"):
            out = np.maximum(out, _cover(part, garment))
    for part in parts:
        if part.name == "hips":
            out = out * (1 - _cover(part, garment))
    return out


def _cover(part: PartWarp, garment: Garment) -> MaskF32:
    """(h, w) 0..1: where a piece shows the garment."""
    alpha = cv2.remap(
        garment.alpha_f32, part.flow_px, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
    )  # type: ignore[call-overload]
    return np.asarray(alpha * part.region_f32, np.float32)


def _beside(cover: MaskF32, sigma: float) -> MaskF32:
    """(h, w) 0..1: 1 just outside of a piece's edge, fading in sigma pixels; 0 on the piece."""
    soft = cv2.GaussianBlur(cover, (0, 0), max(sigma, 0.7))
    return np.asarray(np.minimum(2 * soft, 1) * (1 - cover), np.float32)


def _distance(shape: tuple[int, ...], point: NDArray[np.float32]) -> MaskF32:
    x, y = np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32)[:, None]
    return np.asarray(np.sqrt((x - point[0]) ** 2 + (y - point[1]) ** 2), np.float32)
