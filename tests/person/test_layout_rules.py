"""Garments end where they are laid or tucked in, and what is worn below shows there."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.models.generator import LAYERS
from tryon.person.layout_rules import bare_feet, bare_legs, end_garment, show_below, show_hidden, tuck_in, waistband_row
from tryon.pipeline import TryOnPipeline
from tryon.types import LABEL, PartWarp, Pose


def standing() -> Pose:
    p = np.zeros((33, 2), np.float32)
    p[[11, 12, 23, 24]] = (95, 50), (55, 50), (87, 112), (63, 112)
    return Pose(p, np.ones(33, np.float32))


def labels_with(lower_from: int) -> np.ndarray:
    labels = np.zeros((200, 150), np.uint8)
    labels[48:lower_from, 55:95] = LABEL["upper"]
    labels[lower_from:190, 58:92] = LABEL["lower"]
    return labels


def test_the_waistband_is_where_it_is_seen_or_usually_sits() -> None:
    pose = standing()
    assert waistband_row(labels_with(85), pose) == pytest.approx(85, abs=1)
    usual = 112 - 0.28 * 62
    assert waistband_row(labels_with(130), pose) == pytest.approx(usual, abs=1)  # hidden by the top
    labels = labels_with(130)
    labels[labels == LABEL["lower"]] = LABEL["left_leg"]
    assert waistband_row(labels, pose) is None


def test_only_the_trunk_is_cut() -> None:
    flow, whole = np.zeros((200, 150, 2), np.float32), np.ones((200, 150), np.float32)
    torso, sleeve = tuck_in([PartWarp("torso", flow, whole), PartWarp("sleeve_left", flow, whole)], 90.0)
    assert torso.region_f32[:90].min() == 1
    assert torso.region_f32[92:].max() == 0
    assert sleeve.region_f32.min() == 1


def test_below_the_waistband_the_trousers_show() -> None:
    layout = np.zeros((64, 48, 4), np.float32)
    layout[..., LAYERS.index("garment")] = 2
    body = np.zeros((64, 48), bool)
    body[:, 12:36] = True
    out = show_below(layout, body, 30.0, 16.0)
    assert (layout[..., LAYERS.index("garment")] == 2).all()
    assert (out[:30].argmax(2) == LAYERS.index("garment")).all()
    assert (out[32:46, 15:33].argmax(2) == LAYERS.index("cloth")).all()
    assert (out[60:].argmax(2) == LAYERS.index("garment")).all()  # as far down it is no matter of tucking


def test_what_goes_on_below_the_old_top_is_cloth() -> None:
    layout = np.zeros((32, 24, 4), np.float32)
    layout[..., LAYERS.index("skin")] = 1
    hidden = np.zeros((32, 24), bool)
    assert show_hidden(layout, hidden) is layout
    hidden[10:20] = True
    out = show_hidden(layout, hidden)
    assert (out[12:18].argmax(2) == LAYERS.index("cloth")).all()
    assert (out[:6].argmax(2) == LAYERS.index("skin")).all()


def test_gaps_are_closed_and_hems_stay() -> None:
    layout = np.zeros((64, 48, 4), np.float32)
    layout[..., LAYERS.index("garment")] = 2
    alpha = np.zeros((64, 48), np.float32)
    assert end_garment(layout, alpha, 60.0) is layout
    alpha[:30] = 1
    out = end_garment(layout, alpha, 60.0)
    assert (out[:31].argmax(2) == LAYERS.index("garment")).all()
    assert (out[36:].argmax(2) != LAYERS.index("garment")).all()
    assert (layout[..., LAYERS.index("garment")] == 2).all()


def test_an_unknown_way_to_tuck_is_named(pipeline: TryOnPipeline) -> None:
    with pytest.raises(BadRequestError, match="sideways"):
        pipeline.dress(None, None, tuck="sideways")  # type: ignore[arg-type]


def test_no_third_garment_shows_on_legs_that_were_undressed() -> None:
    layout = np.zeros((32, 24, 4), np.float32)
    layout[..., LAYERS.index("cloth")] = 3
    layout[..., LAYERS.index("skin")] = 1
    alone = np.zeros((32, 24), bool)
    outline = np.zeros((32, 24), np.float32)
    outline[:, :12] = 1
    assert bare_legs(layout, alone, outline, 20.0) is layout
    alone[10:] = True
    out = bare_legs(layout, alone, outline, 20.0)
    assert (out[14:, :12].argmax(2) == LAYERS.index("skin")).all()
    assert (out[14:, 18:].argmax(2) == LAYERS.index("ground")).all()  # and no skin beside the legs
    assert (out[:6].argmax(2) == LAYERS.index("cloth")).all()
    assert (layout[..., LAYERS.index("cloth")] == 3).all()


def test_feet_that_the_old_clothes_hid_are_skin() -> None:
    layout = np.zeros((40, 30, 4), np.float32)
    layout[..., LAYERS.index("ground")] = 9
    feet = np.zeros((40, 30), bool)
    assert bare_feet(layout, feet) is layout
    feet[20:30, 10:20] = True
    out = bare_feet(layout, feet)
    assert (out[22:28, 12:18].argmax(2) == LAYERS.index("skin")).all()
    assert (out[~feet].argmax(1) == LAYERS.index("ground")).mean() > 0.95
    assert (layout.argmax(2) == LAYERS.index("ground")).all()
