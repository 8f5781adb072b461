"""The light on bare limbs: shipped tables have knees, and only drawn skin of limbs is changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.person.test_edit_plan import H, W, bare, pose
from tryon.errors import WeightsError
from tryon.models.limb_light import HELD, LIMB_LIGHT_NAME, LimbLight
from tryon.models.weights import read_weights
from tryon.training.limb_light import TABLE, binned, filled, table_of
from tryon.types import LABEL, Pose


def test_the_shipped_tables_are_gains_around_one_with_a_knee(root: Path) -> None:
    light = LimbLight.from_pretrained(root / "weights")
    for table in light.tables.values():
        assert table.shape == TABLE
        assert np.isfinite(table).all()
        assert abs(float(np.median(table)) - 1) < 0.1
    leg = light.tables["leg"]
    knee = leg[42:60, 8:25].mean(1)
    assert knee.min() < 0.9 * leg[60:80, 8:25].mean()  # a crease below the kneecap, lighter shin
    assert read_weights(root / "weights" / LIMB_LIGHT_NAME)[1]["figures"]["legs"] > 20


def test_only_skin_of_limbs_changes_and_both_legs_alike(root: Path) -> None:
    skin = np.isin(bare(), [LABEL["left_leg"], LABEL["right_leg"]])
    gain = LimbLight.from_pretrained(root / "weights").gain(skin, pose())
    assert gain.shape == (H, W)
    assert gain.dtype == np.float32
    far = np.ones((H, W), bool)
    ys, xs = np.nonzero(skin)
    far[max(0, ys.min() - 6) : ys.max() + 7, max(0, xs.min() - 6) : xs.max() + 7] = False
    assert np.allclose(gain[far], 1)
    assert gain.min() >= HELD[0] - 1e-3
    assert gain.max() <= HELD[1] + 1e-3
    assert gain[skin].std() > 0.02
    # the figure is its own mirror image about column 96
    assert np.abs(gain[130:205, 97:130] - gain[130:205, 63:96][:, ::-1]).mean() < 0.03


def test_limbs_out_of_sight_are_left_alone(root: Path) -> None:
    skin = np.isin(bare(), [LABEL["left_leg"], LABEL["right_leg"]])
    hidden = Pose(pose().points_px, np.zeros(33, np.float32))
    assert np.allclose(LimbLight.from_pretrained(root / "weights").gain(skin, hidden), 1)


def test_missing_tables_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=LIMB_LIGHT_NAME):
        LimbLight.from_pretrained(tmp_path)


def test_a_table_keeps_a_limbs_fine_light_and_the_broad_mean() -> None:
    rng = np.random.default_rng(0)
    broad = np.linspace(0.8, 1.2, TABLE[0], dtype=np.float32)[:, None] * np.ones(TABLE, np.float32)
    limbs = []
    for k in range(7):
        limb = broad.copy()
        limb[40 + k, 10:20] *= 0.5  # creases at other places: a mean would have none
        limb[:5] = np.nan
        limbs.append(limb * rng.uniform(0.98, 1.02, TABLE).astype(np.float32))
    table = table_of(limbs)
    assert np.isfinite(table).all()
    assert table[38:50, 10:20].min() < 0.75
    assert table[80].mean() > table[10].mean() * 1.2


def test_cells_without_pixels_are_unknown_and_filled_from_their_neighbours() -> None:
    table = binned(
        np.array([2.0, 4.0], np.float32), np.array([0.01, 0.01], np.float32), np.array([0.5, 0.5], np.float32)
    )
    assert table[0, TABLE[1] // 2] == 3
    assert np.isnan(table[5, 5])
    assert np.all(filled(table) == 3)
