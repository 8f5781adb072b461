"""Skin that is drawn over a wide sleeve's width is cut back to the arm that the photo shows below it."""

from __future__ import annotations

import cv2
import numpy as np

from tests.person.test_edit_plan import H, W, pose
from tryon.models.generator import LAYERS
from tryon.person.slim_arms import slim_arms
from tryon.types import LABEL, Pose

ARMS = {"left_arm": (11, 13, 15), "right_arm": (12, 14, 16)}


def figure(seen_from: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels with arms bare from a share of the upper arm, a layout with skin over a wide sleeve, and the region."""
    labels, wide = np.zeros((H, W), np.uint8), np.zeros((H, W), np.uint8)
    p = pose().points_px
    for name, (a, b, c) in ARMS.items():
        begins = p[a] + seen_from * (p[b] - p[a]) if seen_from <= 1 else p[b] + (seen_from - 1) * (p[c] - p[b])
        rest = [begins, p[b], p[c]] if seen_from <= 1 else [begins, p[c]]
        cv2.polylines(labels, [np.round(rest).astype(np.int32)], False, LABEL[name], 9)
        cv2.polylines(wide, [np.round([p[a], p[a] + 0.7 * (p[b] - p[a])]).astype(np.int32)], False, 1, 25)
    layout = np.zeros((H, W, 4), np.float32)
    layout[..., LAYERS.index("ground")] = 1
    layout[..., LAYERS.index("skin")] = 3.0 * ((wide > 0) | (labels > 0))
    return layout, labels, wide > 0


def skin_of(layout: np.ndarray) -> np.ndarray:
    return layout.argmax(2) == LAYERS.index("skin")


def test_the_sleeves_width_goes_and_the_arm_stays() -> None:
    layout, labels, region = figure(0.6)
    before = layout.copy()
    found = skin_of(slim_arms(layout, labels, pose(), region))
    assert np.array_equal(layout, before)
    row, x = 72, round(116 + 12 * (72 - 56) / 28)  # on the left upper arm, which hangs outwards
    assert found[row, x]
    assert skin_of(before)[row, x + 9]
    assert not found[row, x + 9]  # outside of the arm
    assert found[labels > 0].all()
    assert np.array_equal(found[~region], skin_of(before)[~region])


def test_where_only_a_forearm_is_seen_nothing_is_cut() -> None:
    layout, labels, region = figure(1.4)
    assert slim_arms(layout, labels, pose(), region) is layout


def test_hidden_arms_are_left_alone() -> None:
    layout, labels, region = figure(0.6)
    hidden = Pose(pose().points_px, np.zeros(33, np.float32))
    assert slim_arms(layout, labels, hidden, region) is layout
