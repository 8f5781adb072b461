"""Sleeves' ends beside the hips: found on dresses and cut coats, not on bare arms, pockets and hidden forearms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.person.test_edit_plan import H, W, bare, limb, pose, trunk
from tryon.person.agnostic import has_label
from tryon.person.edit_plan import plan_edit
from tryon.person.sleeve_ends import sleeve_ends
from tryon.types import LABEL, Category, Garment, Pose

LEFT, RIGHT = (11, 13, 15), (12, 14, 16)
WRIST = (112, 132)  # row and column of the left one


def in_a_long_dress() -> np.ndarray:
    """A dress to the knees with sleeves to the wrists, hands bare."""
    labels = bare()
    dress = np.zeros((H, W), np.uint8)
    trunk(dress, 1, 170, 8)
    for arm in (LEFT, RIGHT):
        limb(dress, arm, 1, 14)
    labels[dress > 0] = LABEL["dress"]
    return labels


def test_sleeves_of_a_dress_end_at_the_wrists() -> None:
    labels = in_a_long_dress()
    ends = sleeve_ends(labels, pose())
    assert ends[104, 131]
    assert ends[104, 61]
    assert not ends[has_label(labels, "left_arm", "right_arm")].any()
    assert not ends[130:].any()  # the skirt
    assert not ends[:, 90:102].any()  # the trunk


@pytest.mark.parametrize("name", ["upper", "lower"])
def test_a_coat_cut_at_the_hips_has_its_cuffs(name: str) -> None:
    labels = in_a_long_dress()
    cloth = labels == LABEL["dress"]
    labels[cloth] = LABEL["upper"]
    labels[100:][cloth[100:]] = LABEL[name]
    assert sleeve_ends(labels, pose())[104, 131]


def test_bare_arms_short_sleeves_and_hidden_forearms_have_none() -> None:
    labels = bare()
    trunk(labels, LABEL["dress"], 170, 8)
    assert not sleeve_ends(labels, pose()).any()
    for arm in (LEFT, RIGHT):
        limb(labels, arm, LABEL["dress"], 14, share=0.5)
    assert not sleeve_ends(labels, pose()).any()
    seen = pose().visibility.copy()
    seen[[13, 14]] = 0.2
    assert not sleeve_ends(in_a_long_dress(), Pose(pose().points_px, seen)).any()


def test_a_pocket_is_no_sleeve() -> None:
    labels = in_a_long_dress()
    labels[labels == LABEL["dress"]] = LABEL["upper"]
    trousers = np.zeros((H, W), np.uint8)
    trousers[108:170, 60:136] = 1
    labels[trousers > 0] = LABEL["lower"]
    ends = sleeve_ends(labels, pose())
    assert ends[100, 131]
    assert not ends[WRIST]


def _garment(category: Category, sleeve: str | None) -> Garment:
    return Garment(np.zeros((4, 4, 3), np.uint8), np.ones((4, 4), np.float32), category, {}, "not sure", {}, {}, sleeve)


def test_a_new_top_takes_the_dresses_cuffs_and_new_trousers_leave_them() -> None:
    labels = in_a_long_dress()
    alpha = np.zeros((H, W), np.float32)
    trunk(alpha, 1, 100)
    cuff = (
        (np.arange(H)[:, None] > 104)
        & (np.arange(H)[:, None] < 116)
        & (np.arange(W) > 126)
        & (labels == LABEL["dress"])
    )
    assert cuff.sum() > 40
    top = plan_edit(labels, pose(), _garment("upper", "short"), alpha)
    assert top.old[cuff].mean() > 0.8
    assert not top.old[150:].any()  # the rest of the dress stays as a skirt
    alpha[:] = 0
    trunk(alpha, 1, 210, 6, top=108)
    trousers = plan_edit(labels, pose(), replace(_garment("lower", None), leg="long"), alpha)
    assert not trousers.region_f32[cuff & sleeve_ends(labels, pose())].any()
