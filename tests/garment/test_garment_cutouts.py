"""The validation pictures with known cut-outs: whose they are, and that their truth is true."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from tryon.evaluation.garment_cutouts import CHECKED, GROUNDS, drawn_garments, pasted_garments
from tryon.garment.landmarks import LANDMARKS
from tryon.settings import open_data_dir
from tryon.training.prepare_garments import REPOSITORY, is_validation
from tryon.types import ATTRIBUTES

DATA = REPOSITORY / "data"


def test_the_checked_cut_outs_are_validation_photos() -> None:
    table = open_data_dir() / "garments" / "garments.csv"
    if not table.is_file():
        pytest.skip("the open data is not there")
    names = [row["image"] for row in csv.DictReader(table.open())]
    assert len(set(CHECKED)) == len(CHECKED)
    for start in CHECKED:
        found = [name for name in names if name.startswith(start) and is_validation(name)]
        assert len(found) == 1, start


def test_pasted_cut_outs_stand_on_their_grounds() -> None:
    if not (open_data_dir() / "garments" / "garments.csv").is_file():
        pytest.skip("the open data is not there")
    pasted = list(pasted_garments(open_data_dir(), DATA / "no such folder", limit=3))
    assert len(pasted) == 3
    assert len({p.ground for p in pasted}) == 3
    assert {p.ground for p in pasted} <= set(GROUNDS) - {"photo"}
    for p in pasted:
        assert p.image_u8.shape[:2] == p.mask.shape
        assert 0.05 < p.mask.mean() < 0.85
    again = next(iter(pasted_garments(open_data_dir(), DATA / "no such folder", limit=1)))
    assert np.array_equal(again.image_u8, pasted[0].image_u8)


def test_rendered_garments_carry_points_on_their_masks() -> None:
    if not (DATA / "records" / "records_0009.zip").is_file():
        pytest.skip("there are no rendered records")
    drawn = list(drawn_garments(DATA / "records", DATA / "grounds", DATA / "phototextures", views=("hung",), limit=1))
    assert drawn
    for d in drawn:
        assert not (d.inside & ~d.mask).any()
        assert set(d.points) == set(d.seen) <= set(LANDMARKS)
        assert set(d.attributes) <= set(ATTRIBUTES)
        for x, y in d.points.values():
            box = d.mask[max(0, int(y) - 8) : int(y) + 9, max(0, int(x) - 8) : int(x) + 9]
            assert box.any()
