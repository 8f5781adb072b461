"""A drawn picture against the true one, in the edit region and as a whole, for every variant on the same examples."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tryon.evaluation.intervals import Interval, mean_intervals, ratio_intervals
from tryon.evaluation.metrics import FeatureDistance, psnr, ssim
from tryon.evaluation.variants import draw_pictures

# l1, psnr, ssim, feature_region: edit region; the others: whole picture
METRICS = ("l1", "psnr", "ssim", "feature_region", "feature_distance", "psnr_whole", "ssim_whole")
DISTANCES = ("l1", "feature_region", "feature_distance")  # of these a ratio to the baseline says something
F64 = NDArray[np.float64]


def picture_values(pictures: Tensor, truth: Tensor, region: Tensor, distance: FeatureDistance) -> F64:
    """Figures of pictures.

    Args:
        pictures, truth: (B, 3, H, W) 0..1. region: (B, 1, H, W), the edit region where over .5. distance: features.

    Returns:
        (B, len(METRICS)); NaN in the rows of pictures without a region.
    """
    inside = (region > 0.5).float()
    with torch.no_grad():
        fa, fb = distance.features(pictures), distance.features(truth)
        far, near = distance.between(fa, fb), distance.between(fa, fb, inside)
    out = np.full((len(pictures), len(METRICS)), np.nan)
    for k, (picture, target, mask) in enumerate(zip(pictures, truth, inside, strict=True)):
        a, b, m = picture.permute(1, 2, 0).numpy(), target.permute(1, 2, 0).numpy(), mask[0].numpy() > 0
        if m.any():
            whole = np.ones_like(m)
            out[k] = (
                float(np.abs(a - b)[m].mean()), psnr(a, b, m), ssim(a, b, m), float(near[k]), float(far[k]),
                psnr(a, b, whole), ssim(a, b, whole),
            )  # fmt: skip
    return out


def compare(
    values: Mapping[str, F64], names: tuple[str, ...], distances: tuple[str, ...]
) -> dict[str, dict[str, Interval]]:
    """Means of each variant, and of its distances the ratio to the first variant's.

    Args:
        values: variant -> (N, len(names)), the same examples in the same rows; the baseline first.
        names: of the columns. distances: those of them that get a ratio.

    Returns:
        ``{variant: {name: [mean, low, high], name_ratio: [ratio, low, high]}}`` with 95% bootstrap intervals.
    """
    columns = [names.index(n) for n in distances]
    base = next(iter(values.values()))[:, columns]
    out = {}
    for variant, table in values.items():
        ratios = ratio_intervals(table[:, columns], base, [f"{n}_ratio" for n in distances])
        out[variant] = {**mean_intervals(table, names), **ratios}
    return out


def reconstruction_figures(
    networks: Mapping[str, nn.Module], x: Tensor, truth: Tensor, distance: FeatureDistance, batch: int = 4
) -> dict[str, dict[str, Interval]]:
    """``compare`` of all networks on self-reconstruction examples.

    Args:
        networks: by name, the baseline first. x: (N, GENERATOR_CHANNELS, H, W). truth: (N, 3, H, W) 0..1.
    """
    values = {}
    for name, net in networks.items():
        rows = []
        for i in range(0, len(x), batch):
            part = x[i : i + batch]
            rows.append(picture_values(draw_pictures(net, part), truth[i : i + batch], part[:, 3:4], distance))
        values[name] = np.concatenate(rows)
    return compare(values, METRICS, DISTANCES)
