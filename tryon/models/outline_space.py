"""Outlines as few numbers: principal components of each kind, and measures that a shopper would name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tryon.geometry.chains import Kind, corner_indices

F32 = NDArray[np.float32]
KINDS: tuple[Kind, ...] = ("upper", "dress", "trousers", "skirt")
# what each code is, by kind; lengths in cm of the chain's frame
MEASURES: dict[Kind, tuple[str, ...]] = {
    "upper": ("length", "sleeve", "flare", "fit", "neck"),
    "dress": ("length", "sleeve", "flare", "fit", "neck"),
    "trousers": ("length", "rise", "flare", "fit", "leg"),
    "skirt": ("length", "rise", "flare", "fit", "leg"),
}
CODES = 5


def measure(points: Tensor, kind: Kind) -> Tensor:
    """The measures (B, CODES) of outlines (B, N, 2) in cm, in the order of MEASURES; differentiable.

    length: to the hem or leg's end. sleeve: shoulder to the middle of the cuff (sleeveless: small). rise: to the crotch
    (skirts: 0). flare: half-width at the hem, or of the leg's end. fit: half-width at the waist, or the widest hip.
    neck: half-width of the neck; leg: half-width of the leg's end.
    """
    at = corner_indices(kind)
    y, x = points[..., 1], points[..., 0]
    zero = torch.zeros_like(y[:, 0])
    if kind in ("upper", "dress"):
        cuff = (points[:, at["cuff_out"]] + points[:, at["cuff_in"]]) / 2
        sleeve = (cuff - points[:, at["shoulder"]] + 1e-6).norm(dim=1)
        side = (at["armpit"] + at["hem"]) // 2
        return torch.stack([y[:, at["hem"]], sleeve, x[:, at["hem"]], x[:, side], x[:, at["neck"]]], 1)
    if kind == "trousers":
        third = at["waist"] + (at["leg_out"] - at["waist"]) // 4
        leg = (points[:, at["leg_out"]] - points[:, at["leg_in"]] + 1e-6).norm(dim=1)
        out = (y[:, at["leg_out"]], y[:, at["crotch"]], x[:, at["leg_out"]], x[:, third], leg / 2)
        return torch.stack(out, 1)
    third = at["waist"] + (at["hem"] - at["waist"]) // 3
    return torch.stack([y[:, at["hem"]], zero, x[:, at["hem"]], x[:, third], zero], 1)


@dataclass(frozen=True)
class Space:
    """One kind's components. mean: (2N,). basis: (C, 2N), rows scaled so that coefficients have unit variance."""

    mean: F32
    basis: F32


def fit_space(points: F32, coefficients: int) -> Space:
    """Principal components of outlines (M, 2N); with fewer examples than components, the rest are zero."""
    mean = points.mean(0)
    _, values, rows = np.linalg.svd(points - mean, full_matrices=False)
    count = min(coefficients, len(rows))
    basis = np.zeros((coefficients, points.shape[1]), np.float32)
    basis[:count] = rows[:count] * (values[:count] / np.sqrt(max(1, len(points) - 1)))[:, None]
    return Space(mean.astype(np.float32), basis)


def to_coefficients(points: F32, space: Space) -> F32:
    """Outlines (M, 2N) as coefficients (M, C)."""
    power = np.square(space.basis).sum(1)
    return ((points - space.mean) @ space.basis.T / np.maximum(power, 1e-8)).astype(np.float32)


class OutlineSpace(nn.Module):
    """The components of all kinds, and how measures and codes belong together, as buffers beside a generator.

    A code is a measure less its label's mean, in its kind's spreads.
    """

    def __init__(self, coefficients: int, labels: int) -> None:
        super().__init__()
        for kind in KINDS:
            size = 2 * (corner_indices(kind)[_last(kind)] + 1)
            self.register_buffer(f"mean_{kind}", torch.zeros(size))
            self.register_buffer(f"basis_{kind}", torch.zeros(coefficients, size))
            self.register_buffer(f"spread_{kind}", torch.ones(CODES))
        self.register_buffer("middle", torch.zeros(labels, CODES))
        self.register_buffer("common", torch.zeros(labels, 64, CODES))  # codes of real garments, to draw from

    def points(self, coefficients: Tensor, kind: Kind) -> Tensor:
        """Coefficients (B, C) -> outlines (B, N, 2) in cm."""
        flat = getattr(self, f"mean_{kind}") + coefficients @ getattr(self, f"basis_{kind}")
        return flat.view(len(coefficients), -1, 2)

    def codes(self, points: Tensor, kind: Kind, label: Tensor) -> Tensor:
        """Outlines (B, N, 2) of labels (B,) -> codes (B, CODES)."""
        return (measure(points, kind) - self.middle[label]) / getattr(self, f"spread_{kind}")


def _last(kind: Kind) -> str:
    return "crotch" if kind == "trousers" else "bottom"
