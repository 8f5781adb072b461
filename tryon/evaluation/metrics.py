"""Distances between pictures and between sets of pictures: PSNR, SSIM, colours, and EfficientNet-Lite0's features."""

from __future__ import annotations

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from tryon.training.pretrained import lite0_features

F32 = NDArray[np.float32]


def psnr(a: NDArray[np.float32], b: NDArray[np.float32], mask: NDArray[np.bool_]) -> float:
    """Peak signal-to-noise ratio in decibels over the masked pixels; pictures (h, w, 3) in 0..1."""
    error = float(np.square(a[mask] - b[mask]).mean()) if mask.any() else 0.0
    return 10 * float(np.log10(1 / max(error, 1e-10)))


def ssim(a: NDArray[np.float32], b: NDArray[np.float32], mask: NDArray[np.bool_]) -> float:
    """Structural similarity of luminance (Wang et al. 2004, 11 px Gaussian, sigma 1.5), mean over the mask."""
    x, y = (cv2.cvtColor(i.astype(np.float32), cv2.COLOR_RGB2GRAY) for i in (a, b))

    def blur(i: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(i, (11, 11), 1.5)

    mx, my = blur(x), blur(y)
    vx, vy, cov = blur(x * x) - mx * mx, blur(y * y) - my * my, blur(x * y) - mx * my
    value = (2 * mx * my + 1e-4) * (2 * cov + 9e-4) / ((mx * mx + my * my + 1e-4) * (vx + vy + 9e-4))
    return float(value[mask].mean()) if mask.any() else 1.0


class FeatureDistance(nn.Module):
    """Distance between pictures in unit-normalised EfficientNet-Lite0 features at strides 2 to 16.

    The construction of Zhang et al. 2018 (arXiv 1801.03924) without its learned weights; it is not LPIPS.
    """

    def __init__(self) -> None:
        super().__init__()
        self.net = lite0_features()

    def forward(self, a: Tensor, b: Tensor, weight: Tensor | None = None) -> Tensor:
        """(B, 3, H, W) pictures in 0..1 -> (B,) distances, 0 for equal pictures; differentiable in ``a``.

        ``weight`` (B, 1, H, W) says how much each pixel counts; without one all count alike.
        """
        fa = self.features(a)
        with torch.no_grad():
            fb = self.features(b)
        return self.between(fa, fb, weight)

    def features(self, pictures: Tensor) -> list[Tensor]:
        """(B, 3, H, W) in 0..1 -> unit features (B, C, h, w) float32 at strides 2, 4, 8 and 16."""
        maps = [m.float() for m in self.net(pictures * 2 - 1)[:4]]
        return [m / (m.square().sum(1, keepdim=True) + 1e-6).sqrt() for m in maps]

    @staticmethod
    def between(fa: list[Tensor], fb: list[Tensor], weight: Tensor | None = None) -> Tensor:
        """The distances (B,) of pictures whose ``features`` are at hand."""
        total = torch.zeros(len(fa[0]), device=fa[0].device)
        for u, v in zip(fa, fb, strict=True):
            apart = (u - v).square().sum(1)
            if weight is None:
                total = total + apart.mean((1, 2))
                continue
            small = F.interpolate(weight.float(), size=apart.shape[1:], mode="area")[:, 0]
            total = total + (apart * small).sum((1, 2)) / small.sum((1, 2)).clamp_min(1e-6)
        return total


def lab_colours(image_u8: NDArray[np.uint8], mask: NDArray[np.bool_]) -> F32:
    """CIE L*a*b* (D65) of a picture's masked pixels: (H, W, 3) uint8 and (H, W) bool -> (N, 3), L 0..100."""
    lab = cv2.cvtColor(image_u8.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(lab[mask], np.float32)


def colour_difference(a: F32, b: F32) -> float:
    """CIE 1976 difference of the mean colours of L*a*b* sets (N, 3) and (M, 3); 2.3 can just be seen."""
    return float(np.linalg.norm(a.mean(0) - b.mean(0)))


def colour_histogram_distance(a: F32, b: F32, levels: int = 64) -> float:
    """Earth mover's distance of the L*, a* and b* histograms of sets (N, 3) and (M, 3), mean of the three, in units.

    On a line it is the mean difference of the quantiles (Rubner et al. 2000), of which ``levels`` are compared.
    """
    at = (np.arange(levels) + 0.5) / levels
    return float(np.abs(np.quantile(a, at, axis=0) - np.quantile(b, at, axis=0)).mean())


def kernel_distance(a: NDArray, b: NDArray) -> float:
    """Unbiased squared maximum mean discrepancy of two sets of features, (N, D) and (M, D), each at least two.

    Binkowski et al. 2018 (arXiv 1801.01401, section 4): polynomial kernel (x y / D + 1)^3. About 0 for sets of one
    origin, where it may be below 0. Features here are EfficientNet-Lite0's: figures in Inception's are no comparison.

    Raises:
        ValueError: a set has fewer than two members.
    """
    return _discrepancy(*_kernels(a, b))


def kernel_distance_interval(
    a: NDArray, b: NDArray, rng: np.random.Generator, subsets: int = 200
) -> tuple[float, float, float]:
    """``kernel_distance`` and its 95% interval, low and high.

    The interval is that of random halves of both sets: halves drawn without repetition scatter around the whole's
    value as the whole does around the truth (delete-d jackknife, Shao and Wu 1989), and no pair of equals counts.
    """
    kernels = _kernels(a, b)
    n, m = len(a), len(b)
    values = []
    for _ in range(subsets):
        i, j = rng.permutation(n)[: max(2, n // 2)], rng.permutation(m)[: max(2, m // 2)]
        values.append(_discrepancy(kernels[0][np.ix_(i, i)], kernels[1][np.ix_(j, j)], kernels[2][np.ix_(i, j)]))
    low, high = np.percentile(values, [2.5, 97.5])
    middle = _discrepancy(*kernels)
    return middle, min(float(low), middle), max(float(high), middle)


def _kernels(a: NDArray, b: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    if min(len(a), len(b)) < 2:
        raise ValueError(f"{len(a)} and {len(b)} features are too few; a set needs two")
    x, y = a.astype(np.float64), b.astype(np.float64)
    d = x.shape[1]
    return (x @ x.T / d + 1) ** 3, (y @ y.T / d + 1) ** 3, (x @ y.T / d + 1) ** 3


def _discrepancy(xx: NDArray, yy: NDArray, xy: NDArray) -> float:
    n, m = len(xx), len(yy)
    within_x = (xx.sum() - np.trace(xx)) / (n * (n - 1))
    within_y = (yy.sum() - np.trace(yy)) / (m * (m - 1))
    return float(within_x + within_y - 2 * xy.mean())
