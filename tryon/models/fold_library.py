"""Folds to borrow: how light falls on a few drawn garments of each label, with their outlines to bend them by."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tryon.geometry.chains import Kind, chain_length, corner_indices
from tryon.geometry.tps import fit_tps

F32 = NDArray[np.float32]
KINDS: tuple[Kind, ...] = ("upper", "dress", "trousers", "skirt")
LONGEST = max(chain_length(kind) for kind in KINDS)
COARSE = 5  # pixels of the picture between points at which the bending is computed
CUFF_CM = 7.5  # a narrower "cuff" is a piece of an armhole
FAR_CM = 5.0  # mean distance of outlines (and of makings, weighed) up to which bending shows little
STEP = 3  # every so-manieth point of the outline holds the bending; all of them would take three times as long


@dataclass(frozen=True)
class FoldParams:
    """Sizes of the library."""

    count: int = 112  # eight of each of 14 labels
    height: int = 240
    width: int = 180
    details: int = 35


class FoldLibrary(nn.Module):
    """light: (M, H, W) uint8, as the designer's records, carried over the border. halves: (M, 2, LONGEST, 2) pixels of
    it, right and left. cm: (M, LONGEST, 2) the symmetric right half in the chain's frame. details: (M, D). label: (M,).
    Unused points of short chains are 0."""

    light: Tensor
    halves: Tensor
    cm: Tensor
    details: Tensor
    label: Tensor

    def __init__(self, params: FoldParams) -> None:
        super().__init__()
        self.params = params
        p = params
        self.register_buffer("light", torch.zeros(p.count, p.height, p.width, dtype=torch.uint8))
        self.register_buffer("halves", torch.zeros(p.count, 2, LONGEST, 2))
        self.register_buffer("cm", torch.zeros(p.count, LONGEST, 2))
        self.register_buffer("details", torch.zeros(p.count, p.details))
        self.register_buffer("label", torch.zeros(p.count, dtype=torch.int64))

    def near(self, label: int, kind: Kind, half_cm: F32, details: F32, rng: np.random.Generator, among: int = 3) -> int:
        """One of the garments of a label whose outline and making are nearest; -1 where none is near enough.

        Args:
            half_cm: (N, 2) the right half of an outline. details: (D,) 0..1. among: of so many rng chooses.
        """
        rows = torch.nonzero(self.label == label).flatten().numpy()
        if len(rows) == 0:
            return -1
        count = chain_length(kind)
        apart = np.linalg.norm(self.cm[rows, :count].numpy() - half_cm, axis=2).mean(1)  # cm
        sleeves = cuff_width(self.cm[rows].numpy(), kind) > CUFF_CM
        apart = apart + 100.0 * (sleeves != (cuff_width(half_cm[None], kind)[0] > CUFF_CM))  # bent, they would tear
        apart = apart + 6.0 * np.abs(self.details[rows].numpy() - details).mean(1) * len(details) / 6
        order = np.argsort(apart)[:among]
        order = order[apart[order] < max(FAR_CM, 1.3 * float(apart[order[0]]))]
        if float(apart[order[0]]) > 1.3 * FAR_CM:
            return -1
        return int(rows[order[int(rng.integers(len(order)))]])

    def suits(self, row: int, kind: Kind, half_cm: F32) -> bool:
        """Whether a garment's folds can be bent to an outline (N, 2): sleeves to sleeves, and not too far."""
        count = chain_length(kind)
        own = self.cm[row, :count].numpy()
        sleeves = [bool(cuff_width(half[None], kind)[0] > CUFF_CM) for half in (own, half_cm)]
        return sleeves[0] == sleeves[1] and float(np.linalg.norm(own - half_cm, axis=1).mean()) < 2.5 * FAR_CM

    def bend(self, row: int, kind: Kind, halves_px: F32, size: tuple[int, int]) -> F32:
        """The light of a garment, 0..1, bent to another outline.

        Args:
            row: which one. halves_px: (2, N, 2) the outline in a picture of size (H, W).

        Returns:
            (H, W) float32.
        """
        count = chain_length(kind)
        own = self.halves[row, :, :count].numpy()
        keep = np.unique(np.concatenate([np.arange(0, count, STEP), [count - 1]]))
        source = halves_px[:, keep].reshape(-1, 2)
        spline = fit_tps(source, own[:, keep].reshape(-1, 2), 0.002)
        rows, columns = -(-size[0] // COARSE) + 1, -(-size[1] // COARSE) + 1
        yy, xx = np.mgrid[0:rows, 0:columns].astype(np.float32) * COARSE
        flow = spline(np.stack([xx, yy], -1))
        full_y, full_x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32) / COARSE
        flow = cv2.remap(flow, full_x, full_y, cv2.INTER_LINEAR)
        light = self.light[row].numpy()
        bent = cv2.remap(light, flow[..., 0], flow[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return bent.astype(np.float32) / 255


def cuff_width(half_cm: F32, kind: Kind) -> F32:
    """Widths (M,) of the cuffs of right halves (M, N, 2); 0 for what has no arms."""
    if kind not in ("upper", "dress"):
        return np.zeros(len(half_cm), np.float32)
    at = corner_indices(kind)
    return np.asarray(np.linalg.norm(half_cm[:, at["cuff_out"]] - half_cm[:, at["cuff_in"]], axis=1), np.float32)


def choose_spread(features: F32, count: int) -> NDArray[np.int64]:
    """Rows of features (N, C) that lie far apart: each next one is the farthest from those chosen (Gonzalez 1985)."""
    chosen = [int(np.argmin(np.square(features - features.mean(0)).sum(1)))]
    apart = np.square(features - features[chosen[0]]).sum(1)
    while len(chosen) < min(count, len(features)):
        chosen.append(int(apart.argmax()))
        apart = np.minimum(apart, np.square(features - features[chosen[-1]]).sum(1))
    return np.array(chosen, np.int64)
