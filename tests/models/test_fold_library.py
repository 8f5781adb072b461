"""Borrowed folds: the nearest of the same label and sleeves, bent so that outline goes to outline."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tryon.geometry.chains import chain_length, corner_indices
from tryon.models.fold_library import FoldLibrary, FoldParams, choose_spread

SIZE = (240, 180)
N = chain_length("skirt")


def half_skirt(hem: float = 50.0, width: float = 60.0) -> np.ndarray:
    """A right half (N, 2) in pixels around x = 90: waist at y = 40, hem 40 + hem * 2 lower."""
    at = corner_indices("skirt")
    corners = {
        "top": (90, 40),
        "waist": (90 + width / 2, 40),
        "hem": (90 + width, 40 + 2 * hem),
        "bottom": (90, 40 + 2 * hem),
    }
    index = [at[name] for name in corners]
    out = np.zeros((N, 2), np.float32)
    for axis in (0, 1):
        out[:, axis] = np.interp(np.arange(N), index, [p[axis] for p in corners.values()])
    return out


def both(half: np.ndarray) -> np.ndarray:
    mirrored = half.copy()
    mirrored[:, 0] = 180 - half[:, 0]
    return np.stack([half, mirrored])


def library() -> FoldLibrary:
    made = FoldLibrary(FoldParams(count=3, details=4))
    y = np.mgrid[0 : SIZE[0], 0 : SIZE[1]][0]
    made.light[:] = torch.from_numpy(np.clip(y, 0, 255).astype(np.uint8))
    for i, hem in enumerate((50.0, 60.0, 90.0)):
        made.halves[i, :, :N] = torch.from_numpy(both(half_skirt(hem)))
        made.cm[i, :N] = torch.from_numpy(half_skirt(hem) / 3)
        made.label[i] = 11
    return made


def test_an_outline_of_its_own_changes_nothing() -> None:
    made = library()
    light = made.bend(0, "skirt", both(half_skirt()), SIZE)
    assert np.abs(light[50:130, 70:110] * 255 - made.light[0].numpy()[50:130, 70:110]).max() < 2


def test_folds_go_with_the_outline() -> None:
    light = library().bend(0, "skirt", both(half_skirt(hem=80.0)), SIZE) * 255
    # the hem of the new one, at 200, shows what lies at the old one's, at 140
    assert light[196, 90] == pytest.approx(137, abs=4)
    assert light[42, 90] == pytest.approx(41, abs=3)


def test_the_nearest_of_its_label() -> None:
    made, rng = library(), np.random.default_rng(0)
    wanted = half_skirt(62.0) / 3
    assert made.near(11, "skirt", wanted, np.zeros(4, np.float32), rng, among=1) == 1
    assert made.near(3, "skirt", wanted, np.zeros(4, np.float32), rng) == -1
    assert made.near(11, "skirt", wanted + 40, np.zeros(4, np.float32), rng) == -1
    made.details[1] = 1.0
    assert made.near(11, "skirt", wanted, np.zeros(4, np.float32), rng, among=1) == 0


def test_spread_choices_leave_no_corner_out() -> None:
    clusters = np.repeat(np.eye(4, 5) * 10, 6, axis=0) + np.random.default_rng(0).normal(0, 0.1, (24, 5))
    chosen = choose_spread(clusters.astype(np.float32), 4)
    assert sorted(int(i) // 6 for i in chosen) == [0, 1, 2, 3]
    assert len(choose_spread(clusters[:3].astype(np.float32), 8)) == 3
