"""Dyes for dyes: which colour of one garment stands for which of another, and cloth dyed anew.

Whole palettes are carried over, not means and spreads (E. Reinhard et al., "Color Transfer between Images", 2001):
a white shirt with thin red stripes has a pink mean, which neither of its dyes has.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tryon.studio.style_light import to_lab_of_linear

F32 = NDArray[np.float32]
TONE = 0.55  # of a difference in lightness that is kept where one dye must stand for several
CLOSEST = 9.0  # L by which such tones stay apart, at least
SHARE, LIGHT, SPAN = (
    1.5,
    1.0,
    60.0,
)  # cost of taking a rare dye for a common one, and one L (of so many) off the main dye
SPREAD = 11.0  # Lab: how far a pixel may be from its dye and still be dyed like it


def match_palettes(old_lab: F32, old_shares: F32, new_lab: F32, new_shares: F32) -> F32:
    """The colour that each old dye becomes.

    Args:
        old_lab: (K, 3), most common first. old_shares: (K,) of the cloth. new_lab, new_shares: (N, 3) and (N,).

    Returns:
        (K, 3) Lab. Common dyes become common ones, light ones light ones; where there are fewer new dyes than
        old ones, the rest become lighter and darker tones of the new.
    """
    count = min(len(old_lab), len(new_lab))
    share = np.abs(np.sqrt(old_shares)[:, None] - np.sqrt(new_shares)[None])
    lightness = np.abs((old_lab[:, 0] - old_lab[0, 0])[:, None] - (new_lab[:, 0] - new_lab[0, 0])[None]) / SPAN
    cost = SHARE * share + (LIGHT * lightness if count > 1 else 0)
    # dyes that cover much choose first
    given: dict[int, int] = {}
    for k in np.argsort(-old_shares, kind="stable")[:count].tolist():
        free = [n for n in range(len(new_lab)) if n not in given.values()]
        given[k] = min(free, key=lambda n: float(cost[k, n]))
    out = np.empty_like(old_lab)
    for k in range(len(old_lab)):
        if k in given:
            out[k] = new_lab[given[k]]
    for k in (k for k in range(len(old_lab)) if k not in given):
        near = min(given, key=lambda j: float(np.linalg.norm(old_lab[j] - old_lab[k])))
        out[k] = _tone(out[near], float(old_lab[k, 0] - old_lab[near, 0]))
    return out.astype(np.float32)


def dye_anew(linear_f32: F32, old_lab: F32, new_lab: F32) -> F32:
    """Cloth with other dyes, its weave and mixed edges kept.

    Args:
        linear_f32: (H, W, 3) linear light 0..1 of cloth in even light. old_lab, new_lab: (K, 3) each.

    Returns:
        (H, W, 3) Lab, may lie outside what a screen shows.
    """
    lab = to_lab_of_linear(linear_f32)
    apart = np.stack([((lab - dye) ** 2).sum(-1) for dye in old_lab], -1)
    apart -= apart.min(-1, keepdims=True)
    weight = np.exp(-apart / (2 * SPREAD**2))
    weight /= weight.sum(-1, keepdims=True)
    moved = lab + weight @ (new_lab - old_lab)
    # what is left of the old dye's own unevenness is in its hue; in the new one's it would show as stains
    own = weight @ new_lab
    moved[..., 1:] = own[..., 1:] + 0.35 * (moved[..., 1:] - own[..., 1:])
    return np.asarray(moved, np.float32)


def _tone(dye: F32, difference: float) -> F32:
    """The same dye lighter or darker, whichever way there is room."""
    shift = TONE * difference
    if abs(shift) < CLOSEST:
        shift = CLOSEST if difference > 0 else -CLOSEST
    if not 8 <= dye[0] + shift <= 97:
        shift = -shift * 0.6
    lightness = float(np.clip(dye[0] + shift, 8, 97))
    return np.array([lightness, *(dye[1:] * (0.75 if shift > 0 else 0.9))], np.float32)
