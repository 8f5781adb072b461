"""What a photo's own colours say about its labels.

The network knows what jackets look like; this photo shows that this jacket is green. Two steps, on its probabilities:

- ``with_colours``: colours of a photo's kinds are counted where the network is sure, and each pixel's probabilities
  are multiplied by how much likelier its colour is under each kind than under the mixture that was expected there
  (Bayes; colour models of a picture of its own as in Rother, Kolmogorov and Blake 2004, GrabCut):
      p'(l | x) ~ p(l | x) P(c(x) | kind(l)) / sum over k of p(k | x) P(c(x) | k)
- ``along_edges``: where the network wavers, probabilities are averaged over near pixels of like colour, one step of
  mean field in a fully connected CRF with a short reach (Kraehenbuehl and Koltun 2011, arXiv 1210.5644).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from tryon.types import LABEL, MaskF32, RGBu8

F32 = NDArray[np.float32]
Labels = tuple[str, ...]
LIMBS = ("left_arm", "right_arm", "left_leg", "right_leg")
SKIN = ("face", "torso_skin", *LIMBS)
# Things whose colours are counted together: one body has one skin.
COLOURED: tuple[Labels, ...] = (
    ("background",),
    ("hair",),
    SKIN,
    ("upper",),
    ("lower",),
    ("dress",),
    ("footwear",),
    ("accessory",),
)


@dataclass(frozen=True)
class EvidenceSettings:
    """How far colours are believed; chosen on labelled validation photos (model card)."""

    cells: tuple[int, int, int] = (10, 16, 16)  # of lightness, a* and b*
    widest: float = 40.0  # a* and b* beyond this are one: clothes are seldom further out
    blur: float = 0.8  # cells: colours of one cloth lie together
    counted: float = 0.5  # probability from which a pixel tells what its kind looks like
    limbs: float = 0.2  # what skin of arms and legs counts for: cuffs and tights are taken for skin, faces are skin
    hair: float = 6.0  # power of hair's probability as it is counted: what lies under strands is half believed hair
    doubt: float = 0.0012  # share of the picture that each kind's colours are counted short: small ones prove little
    person: float = 0.2  # of the person mask: less is away from the person
    most: float = 7.4  # e squared: how much likelier a colour can make a label, or less likely
    floor: float = 1e-4  # of probabilities: what the network rules out, colours can still bring back
    sure: float = 0.95  # probability from which a pixel is left as it is
    reach: int = 4  # pixels, half the network's own stride of 8 in its deepest look at edges
    near: float = 3.0  # standard deviation in pixels
    like: float = 10.0  # standard deviation in dE of CIE Lab: folds are of one cloth


DEFAULT = EvidenceSettings()


def with_evidence(p: F32, rgb_u8: RGBu8, mask_f32: MaskF32, settings: EvidenceSettings = DEFAULT) -> F32:
    """Both steps: ``with_colours``, then ``along_edges``.

    Args:
        p: (13, h, w) float32 probabilities of the labels. rgb_u8: (H, W, 3) what they are of, larger or as large.
        mask_f32: (H, W) 0..1 person mask of it.

    Returns:
        (13, h, w) float32 probabilities; the arguments are not changed.
    """
    size = p.shape[:0:-1]
    rgb_u8, mask_f32 = (cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in (rgb_u8, mask_f32))
    lab = cv2.cvtColor(rgb_u8.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return along_edges(with_colours(p, lab, mask_f32, settings), lab, settings)


def with_colours(p: F32, lab: F32, mask_f32: MaskF32, settings: EvidenceSettings = DEFAULT) -> F32:
    """Probabilities that know which colours each kind of thing has in this photo.

    Args:
        p: (13, h, w) float32 probabilities. lab: (h, w, 3) float32 CIE Lab. mask_f32: (h, w) 0..1 person mask:
            away from the person colours can make a thing ground, but not ground a thing.

    Returns:
        (13, h, w) float32 probabilities.
    """
    cell = _cells(lab, settings)
    size = int(np.prod(settings.cells))
    kinds = np.stack([p[[LABEL[name] for name in names]].sum(0) for names in COLOURED])
    likelihood = np.empty((len(COLOURED), size), np.float32)
    for k, share in enumerate(kinds):
        counted = share > settings.counted
        if COLOURED[k] == SKIN:
            limbs = p[[LABEL[name] for name in LIMBS]].sum(0)
            share = np.where(limbs > settings.counted, settings.limbs * share, share)
        elif COLOURED[k] == ("hair",):
            share = share**settings.hair
        counts = np.bincount(cell[counted], weights=share[counted], minlength=size)
        smooth = gaussian_filter(counts.reshape(settings.cells).astype(np.float32), settings.blur, mode="nearest")
        likelihood[k] = smooth.ravel() / (smooth.sum() + settings.doubt * cell.size)
    seen = likelihood[:, cell] + np.float32(1e-6)
    gain = seen / ((kinds * seen).sum(0) + np.float32(1e-6))
    np.clip(gain, 1 / settings.most, settings.most, out=gain)
    out = p + np.float32(settings.floor)
    for k, names in enumerate(COLOURED):
        for name in names:
            out[LABEL[name]] *= gain[k]
    out /= out.sum(0)
    ground = LABEL["background"]
    away = (mask_f32 < settings.person) & (out[ground] < p[ground])
    return np.where(away, p, out)


def along_edges(p: F32, lab: F32, settings: EvidenceSettings = DEFAULT) -> F32:
    """Probabilities whose borders lie where the photo's colours change.

    Args:
        p: (13, h, w) float32 probabilities. lab: (h, w, 3) float32 CIE Lab.

    Returns:
        (13, h, w) float32 probabilities; sure pixels keep theirs.
    """
    wavers = p.max(0) < settings.sure
    rows, columns = np.nonzero(wavers)
    if not len(rows):
        return p
    reach, width = settings.reach, p.shape[2] + 2 * settings.reach
    steps = np.arange(-reach, reach + 1)
    # every other pixel of a disc, as on a chessboard: half the work, the same answers
    disc = [(y, x) for y in steps for x in steps if y * y + x * x <= reach * reach and (x + y) % 2 == 0]
    offsets = np.array([y * width + x for y, x in disc])
    apart = np.array([y * y + x * x for y, x in disc], np.float32) / (2 * settings.near**2)
    here = (rows + reach) * width + columns + reach
    near = here[:, None] + offsets  # (N, offsets)
    border = ((reach, reach), (reach, reach))
    colours = np.pad(lab, (*border, (0, 0)), mode="edge").reshape(-1, 3)
    difference = np.zeros(near.shape, np.float32)
    for channel in range(3):
        plane = np.ascontiguousarray(colours[:, channel])
        difference += (plane[near] - plane[here][:, None]) ** 2
    weights = np.exp(-difference / np.float32(2 * settings.like**2) - apart)
    weights /= weights.sum(1, keepdims=True)
    out = p.copy()
    for label in np.flatnonzero(p.reshape(len(p), -1).max(1) > settings.floor):
        plane = np.pad(p[label], border, mode="edge").ravel()
        out[label, rows, columns] = np.einsum("no,no->n", plane[near], weights)
    return out


def _cells(lab: F32, settings: EvidenceSettings) -> NDArray[np.int64]:
    """(h, w) number of the cell that each pixel's colour lies in."""
    lowest = np.array([0, -settings.widest, -settings.widest], np.float32)
    span = np.array([100, 2 * settings.widest, 2 * settings.widest], np.float32)
    most = np.array(settings.cells, np.float32) - 1
    place = np.clip((lab - lowest) / span * most, 0, most).round().astype(np.int64)
    return np.asarray((place[..., 0] * settings.cells[1] + place[..., 1]) * settings.cells[2] + place[..., 2])
