"""Light on newly bare limbs: round, parted where they touch, without a seam to skin that the photo shows."""

from __future__ import annotations

import numpy as np

from tryon.models.generator import LAYERS
from tryon.person.limb_shade import SEAM, leg_crease, light_on_limbs, limb_shading
from tryon.types import Pose


def test_limbs_are_darker_at_their_outline_alone() -> None:
    layout = np.zeros((64, 48, 4), np.float32)
    assert limb_shading(layout, 20.0).min() == 1
    layout[8:56, 16:32, LAYERS.index("skin")] = 4
    shade = limb_shading(layout, 20.0)
    assert shade.max() <= 1
    assert shade[32, 16] < 0.9
    assert shade[32, 16] < shade[32, 19] < shade[32, 22]  # rounder towards the outline
    assert shade[32, 24] > 0.97


def test_legs_that_touch_are_told_apart() -> None:
    points = np.zeros((33, 2), np.float32)
    points[[23, 25, 27]], points[[24, 26, 28]] = [(28, 10), (28, 30), (28, 60)], [(20, 10), (20, 30), (20, 60)]
    crease = leg_crease((64, 48), Pose(points, np.ones(33, np.float32)))
    assert crease[20:58, 24].all()
    assert not crease[:10].any()
    assert not crease[:, :20].any()
    layout = np.zeros((64, 48, 4), np.float32)
    layout[:, 14:34, LAYERS.index("skin")] = 4
    assert limb_shading(layout, 20.0, crease)[40, 24] < 0.88
    assert limb_shading(layout, 20.0)[40, 24] > 0.98


def test_the_leg_in_front_has_an_edge_upon_the_other() -> None:
    points = np.zeros((33, 2), np.float32)
    points[[11, 12]] = (140, 20), (60, 20)
    points[[23, 25, 27]], points[[24, 26, 28]] = [(120, 120), (108, 200), (80, 290)], [(80, 120), (92, 200), (120, 280)]
    crease = leg_crease((320, 200), Pose(points, np.ones(33, np.float32)))
    left_in_front = crease[250:285].any(0)
    # beside its own axis it has both edges, where the other leg lies behind them
    rows, columns = np.nonzero(crease[205:245])
    assert len(rows) > 40
    assert not crease[:120].any()
    assert not left_in_front[:60].any()  # of what lies on the ground there is no edge
    away = np.abs(columns - (108 - (rows + 5) * 28 / 90))  # from the left shin's bone: it stands lower, so it is near
    assert away.min() > 4
    assert away.max() < 20
    points[28, 1], points[27, 1] = 290, 280  # the right one in front
    other = leg_crease((320, 200), Pose(points, np.ones(33, np.float32)))
    assert (other ^ crease).sum() > 20


def test_new_skin_takes_over_the_light_of_skin_that_goes_on() -> None:
    layout = np.zeros((96, 64, 4), np.float32)
    layout[:, 20:44, LAYERS.index("skin")] = 4
    nothing, crease = np.zeros((96, 64), bool), np.zeros((96, 64), bool)
    gain = np.full((96, 64), 0.8, np.float32)
    alone = light_on_limbs(layout, 50.0, crease, gain, nothing)
    assert np.allclose(alone[4:-4, 32], alone[40, 32], atol=0.02)
    shin = nothing.copy()
    shin[60:, 20:44] = True
    joined = light_on_limbs(layout, 50.0, crease, gain, shin)
    column = joined[:60, 22]  # beside the outline, where shading is strongest
    assert column[59] > 0.95
    reach = int(SEAM * 50)
    assert np.allclose(column[: 58 - reach], alone[: 58 - reach, 22])
    assert (np.diff(column[58 - reach :]) > -1e-3).all()
    assert np.abs(np.diff(column)).max() < 0.06  # fades, no step
