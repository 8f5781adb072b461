"""What a visitor painted: checked, put into the labels, kept above all."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.person.painted import check_painted, with_painted
from tryon.types import LABEL, Person, Pose


@pytest.fixture
def person() -> Person:
    labels = np.full((8, 6), LABEL["hair"], np.uint8)
    pose = Pose(np.zeros((33, 2), np.float32), np.ones(33, np.float32))
    return Person(np.zeros((8, 6, 3), np.uint8), pose, np.full((8, 6), 0.25, np.float32), labels)


def test_a_soft_rim_does_not_count(person: Person) -> None:
    painted = np.zeros((8, 6), np.float32)
    painted[2:4] = 0.3
    assert check_painted(painted, person, "keep_f32") is None
    painted[3] = 0.9
    found = check_painted(painted, person, "keep_f32")
    assert found is not None
    assert np.flatnonzero(found.any(1)).tolist() == [3]
    assert check_painted(None, person, "keep_f32") is None


def test_another_size_is_refused(person: Person) -> None:
    with pytest.raises(BadRequestError, match="change_f32 has the shape"):
        check_painted(np.ones((6, 8), np.float32), person, "change_f32")


def test_what_may_change_becomes_clothes_unless_it_is_kept(person: Person) -> None:
    change, keep = np.zeros((8, 6), bool), np.zeros((8, 6), bool)
    change[2:5], keep[4] = True, True
    seen = with_painted(person, "dress", change, keep)
    assert (seen.labels_u8[2:4] == LABEL["dress"]).all()
    assert (seen.labels_u8[4:] == LABEL["hair"]).all()
    assert (seen.mask_f32[2:4] == 1).all()
    assert (person.labels_u8 == LABEL["hair"]).all()
    assert with_painted(person, "dress", None, keep) is person
