"""Light on a laid garment: contact shadows of sleeves and legs, and the roundness of what they are worn on.

Garments are laid flat to be photographed, in even light. The dark line under an arm or between two legs is not in their
picture; without it an arm beside the trunk makes a cape of a jacket, and two legs a skirt. And a body is round: what
turns away from the viewer gets less light.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.types import Garment, MaskF32, PartWarp, Pose

SHOULDERS, HIPS = (11, 12), (23, 24)  # MediaPipe's landmarks
SIDES = ("left", "right")  # the viewer's, as in the parts' names
TRUNKS = ("torso", "hips")


@dataclass(frozen=True)
class ReliefSettings:
    """Widths in shoulder widths, strengths as shares of the light; chosen by eye on some twenty try-ons."""

    narrow: float = 0.025
    narrow_strength: float = 0.30
    wide: float = 0.08
    wide_strength: float = 0.16
    sleeve_root: tuple[float, float] = (0.45, 0.85)  # from the shoulder joint: where a shadow begins, is whole
    leg_root: tuple[float, float] = (0.22, 0.45)  # from the middle of the hip joints
    trunk_turn: float = 0.16  # how far from its edge a trunk turns away
    trunk_strength: float = 0.2
    trunk_root: tuple[float, float] = (0.1, 0.5)  # below the shoulders: above, its edge is the armhole
    limb_turn: float = 0.06
    limb_strength: float = 0.14


DEFAULT = ReliefSettings()


def relief(
    parts: list[PartWarp], garment: Garment, pose: Pose, unit_px: float, settings: ReliefSettings = DEFAULT
) -> MaskF32:
    """How much light contact and roundness leave.

    Args:
        parts: pieces in drawing order, in the work frame. garment: whose mask they show.
        pose: landmarks in the work frame. unit_px: a shoulder width in its pixels.

    Returns:
        (h, w) float32 gains up to 1, 1 off the garment.
    """
    h, w = parts[0].region_f32.shape
    # light is soft: half of the size is enough
    size = (max(1, w // 2), max(1, h // 2))
    covers = {}
    for part in parts:
        flow, region = (cv2.resize(m, size, interpolation=cv2.INTER_AREA) for m in (part.flow_px, part.region_f32))
        alpha = cv2.remap(
            garment.alpha_f32, flow, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
        )  # type: ignore[call-overload]
        covers[part.name] = np.asarray(alpha * region, np.float32)
    points = (pose.points_px + 0.5) / 2 - 0.5
    gain = _contact(covers, points, unit_px / 2, settings) * _roundness(covers, points, unit_px / 2, settings)
    return cv2.resize(gain, (w, h), interpolation=cv2.INTER_LINEAR)


def _contact(covers: dict[str, MaskF32], points: NDArray[np.float32], unit_px: float, s: ReliefSettings) -> MaskF32:
    """Shadows of sleeves on what was drawn before them, and of each leg on the other."""
    names = list(covers)
    shape = covers[names[0]].shape
    gain = np.ones(shape, np.float32)
    after = names[names.index("torso") + 1 :] if "torso" in names else names
    for side in SIDES:
        for kind in ("sleeve", "leg"):
            own = [covers[n] for n in after if n.startswith(f"{kind}_{side}")]
            if not own:
                continue
            cover = np.maximum.reduce(own)
            dark = s.narrow_strength * _beside(cover, s.narrow * unit_px)
            dark += s.wide_strength * _beside(cover, s.wide * unit_px)
            if kind == "leg":
                dark *= _other_leg(side, covers)
            gain *= 1 - dark * _away(_root(f"{kind}_{side}", points), shape, unit_px, _range(kind, s))
    return gain


def _roundness(covers: dict[str, MaskF32], points: NDArray[np.float32], unit_px: float, s: ReliefSettings) -> MaskF32:
    """What each piece loses towards its sides, where it is seen."""
    shape = next(iter(covers.values())).shape
    gain = np.ones(shape, np.float32)
    hidden = np.zeros(shape, np.float32)
    for name in reversed(covers):
        cover = covers[name]
        inside = cover > 0.5
        if name in TRUNKS:
            turn, strength = s.trunk_turn, s.trunk_strength
            apart = _from_the_sides(inside)
            top = float(points[list(SHOULDERS), 1].mean())
            rows = (np.arange(shape[0], dtype=np.float32)[:, None] - top) / unit_px
            share: NDArray[np.float32] = np.clip((rows - s.trunk_root[0]) / (s.trunk_root[1] - s.trunk_root[0]), 0, 1)
        else:
            turn, strength = s.limb_turn, s.limb_strength
            apart = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3)
            share = _away(_root(name, points), shape, unit_px, _range(name.split("_")[0], s))
        dark = np.where(inside, strength * np.exp(-apart / (turn * unit_px)), 0).astype(np.float32)
        dark = cv2.GaussianBlur(dark, (0, 0), 0.03 * unit_px + 0.3)
        gain *= 1 - dark * share * cover * (1 - hidden)
        hidden = np.maximum(hidden, cover)
    return gain


def _root(name: str, points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where a limb comes out of the trunk; the viewer's left and right, whichever way the person faces."""
    if name.startswith("leg"):
        return np.asarray(points[list(HIPS)].mean(0), np.float32)
    first, second = sorted((points[i] for i in SHOULDERS), key=lambda p: float(p[0]))
    return first if name.startswith("sleeve_left") else second


def _range(kind: str, s: ReliefSettings) -> tuple[float, float]:
    return s.sleeve_root if kind == "sleeve" else s.leg_root


def _away(root: NDArray[np.float32], shape: tuple[int, ...], unit_px: float, between: tuple[float, float]) -> MaskF32:
    """(h, w) 0..1: how far from a root, from the first to the second of two distances."""
    x, y = np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32)[:, None]
    far = np.sqrt((x - root[0]) ** 2 + (y - root[1]) ** 2) / unit_px
    return np.asarray(np.clip((far - between[0]) / (between[1] - between[0]), 0, 1), np.float32)


def _other_leg(side: str, covers: dict[str, MaskF32]) -> MaskF32:
    """(h, w) 0..1: where the other leg is seen, which is below the hips."""
    out = np.zeros_like(next(iter(covers.values())))
    for name, cover in covers.items():
        if name.startswith("leg_") and not name.startswith(f"leg_{side}"):
            out = np.maximum(out, cover)
    return out * (1 - covers["hips"]) if "hips" in covers else out


def _beside(cover: MaskF32, sigma: float) -> MaskF32:
    """(h, w) 0..1: 1 just outside of a piece's edge, fading in sigma pixels; 0 on the piece."""
    soft = cv2.GaussianBlur(cover, (0, 0), max(sigma, 0.7))
    return np.asarray(np.minimum(2 * soft, 1) * (1 - cover), np.float32)


def _from_the_sides(inside: NDArray[np.bool_]) -> MaskF32:
    """(h, w): pixels to the nearest end of the run that a pixel lies in, along its row."""
    w = inside.shape[1]
    outside, at = np.pad(~inside, ((0, 0), (1, 1)), constant_values=True), np.arange(w + 2, dtype=np.float32)
    left = np.maximum.accumulate(np.where(outside, at, -1), axis=1)
    right = np.minimum.accumulate(np.where(outside, at, w + 2)[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(np.minimum(at - left, right - at)[:, 1:-1], np.float32)
