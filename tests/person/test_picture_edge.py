"""What the photo cuts goes on beyond its edge; nothing within the photo changes."""

from __future__ import annotations

import numpy as np

from tryon.geometry.crops import Crop
from tryon.models.inputs import known_maps, layer_bases
from tryon.person.edit_plan import EditPlan
from tryon.person.picture_edge import beyond_the_picture
from tryon.types import LABEL

HEIGHT, WIDTH = 128, 96


def _plan(old: np.ndarray) -> EditPlan:
    none = np.zeros(old.shape, bool)
    region = old.astype(np.float32)
    return EditPlan(region, none, none, none, none, none, old, none, region, none)


def _cut_at(row: int) -> tuple[np.ndarray, np.ndarray, Crop, tuple[int, int]]:
    """Labels and colours of a frame whose photo ends at a row, in the middle of red trousers on a grey street."""
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[40:row, 30:60] = LABEL["lower"]
    rgb = np.full((HEIGHT, WIDTH, 3), 0.5, np.float32)
    rgb[40:, 30:60] = (0.8, 0.1, 0.1)  # as a cut frame shows it: the last row over and over
    return labels, rgb, Crop(0, 0, 1.0, WIDTH, HEIGHT), (row, WIDTH)


def test_trousers_go_on_where_the_photo_ends() -> None:
    labels, _, crop, size = _cut_at(90)
    plan = _plan(labels == LABEL["lower"])
    whole, carried = beyond_the_picture(plan, labels, crop, size)
    assert (carried[90:, 30:60] == LABEL["lower"]).all()
    assert (carried[90:, :30] == LABEL["background"]).all()
    assert whole.old[90:, 30:60].all()
    assert whole.old.dtype == bool
    assert (whole.region_f32[90:, 30:60] == 1).all()
    assert np.array_equal(carried[:90], labels[:90])
    assert np.array_equal(whole.region_f32[:90], plan.region_f32[:90])
    assert not plan.old[90:].any()


def test_the_ground_beside_them_keeps_its_colour() -> None:
    labels, rgb, crop, size = _cut_at(90)
    plan = _plan(labels == LABEL["lower"])
    tone = np.array([0.7, 0.5, 0.4], np.float32)
    shades = []
    for chosen, seen in ((plan, labels), beyond_the_picture(plan, labels, crop, size)):
        bases = layer_bases(rgb, chosen.region_f32, tone, known_maps(seen, chosen.old))
        ground = bases.ground.draw(rgb)[70:90, 35:55]
        shades.append(float((ground[..., 0] - ground[..., 1]).max()))
    assert shades[0] > 0.1  # taken for ground beyond the photo, they would give it their red
    assert shades[1] < 0.02


def test_a_frame_within_the_photo_is_left_alone() -> None:
    labels, _, crop, _ = _cut_at(90)
    plan = _plan(labels > 0)
    whole, carried = beyond_the_picture(plan, labels, crop, (HEIGHT, WIDTH))
    assert whole is plan
    assert carried is labels
