"""Distances between pictures: PSNR, SSIM, and distance in EfficientNet-Lite0's features."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tryon.training.pretrained import lite0_features


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

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """(B, 3, H, W) pictures in 0..1 -> (B,) distances, 0 for equal pictures; differentiable in ``a``."""
        fa = self.net(a * 2 - 1)[:4]
        with torch.no_grad():
            fb = self.net(b * 2 - 1)[:4]
        total = torch.zeros(len(a), device=a.device)
        for u, v in zip(fa, fb, strict=True):
            u = u.float() / (u.float().square().sum(1, keepdim=True) + 1e-6).sqrt()
            v = v.float() / (v.float().square().sum(1, keepdim=True) + 1e-6).sqrt()
            total = total + (u - v).square().sum(1).mean((1, 2))
        return total
