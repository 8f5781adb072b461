"""A picture becomes a garment of its visitor: bounded, counted, nobody else's, and gone with the visit."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tryon.errors import BadRequestError
from tryon.types import Garment
from tryon.ui import visitors
from tryon.ui.engine import Engine
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.gallery import load_gallery
from tryon.ui.studio.created_row import created
from tryon.ui.studio.new_garments import (
    LONGEST_SIDE,
    NewGarment,
    create_garment,
    garment_of,
    private_garments,
    told,
)


@pytest.fixture
def room(gallery_folder: Path, drawing: Any) -> FittingRoom:
    return FittingRoom(load_gallery(gallery_folder), Engine(lambda: drawing))


def new(seed: int = 0, *, size: tuple[int, int] = (400, 300), name: str = "Idea") -> NewGarment:
    image = np.random.default_rng(seed).integers(0, 256, (*size, 3)).astype(np.uint8)
    mask = np.zeros(size, np.uint8)
    mask[size[0] // 6 : -size[0] // 6, size[1] // 6 : -size[1] // 6] = 255
    return NewGarment(image, mask, "upper", name, "灵感")


def test_it_is_worn_like_any_other(room: FittingRoom) -> None:
    what = create_garment(room, "a", new())
    view = room.choose_garment("a", what.key, 1)
    assert view is not None
    assert view.refusal == ""
    assert view.look is not None
    assert view.look.what is what
    both = room.choose_garment("a", "blue-jeans", 2, outfit=True)
    assert both is not None
    assert [each.key for each in both.visitor.worn] == [what.key, "blue-jeans"]
    assert room._dressing.shared == 0  # nobody else may be shown it


def test_it_is_nobody_elses_and_goes_with_the_visit(room: FittingRoom) -> None:
    what = create_garment(room, "a", new())
    refused = room.choose_garment("b", what.key, 1)
    assert refused is not None
    assert what.key in refused.refusal
    room.visitors.drop("a")
    gone = room.choose_garment("a", what.key, 2)
    assert gone is not None
    assert gone.refusal != ""


def test_what_was_brought_can_be_chosen_in_the_studio(room: FittingRoom) -> None:
    visitor = room.visitors.get("a")
    made = create_garment(room, "a", new())
    buffer = io.BytesIO()
    Image.fromarray(new(3).image_u8).save(buffer, "PNG")
    room.bring_garment("a", room.uploads.put(buffer.getvalue()), 1)
    brought = visitor.what
    assert brought is not None
    assert brought.own
    assert list(private_garments(visitor)) == [made.key, brought.key]
    room.choose_garment("a", "blue-jeans", 2)  # it stays as long as its look does
    assert garment_of(room, visitor, brought.key) is brought
    assert [each[0] for each in told(private_garments(visitor).values())] == [made.key, brought.key]
    with pytest.raises(BadRequestError):
        garment_of(room, room.visitors.get("b"), brought.key)


def test_memory_is_counted_once_and_bounded(room: FittingRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = room.visitors.get("a")
    before = visitor.cost()
    what = create_garment(room, "a", new())
    bytes_ = what.garment.image_u8.nbytes + what.garment.alpha_f32.nbytes
    assert visitor.cost() - before == bytes_
    visitor.worn = (what,)
    assert visitor.cost() - before == bytes_
    keys = [create_garment(room, "a", new(seed)).key for seed in range(visitors.CREATED_PER_VISITOR)]
    assert list(visitor.created) == keys  # the first has gone
    assert garment_of(room, visitor, keys[0]).key == keys[0]
    monkeypatch.setattr(visitors, "CREATED_BYTES", 3 * bytes_)
    last = create_garment(room, "a", new(99))
    assert list(visitor.created) == [*keys[-2:], last.key]


def test_large_pictures_are_made_small_and_landmarks_with_them(room: FittingRoom) -> None:
    big = new(size=(2 * LONGEST_SIDE, LONGEST_SIDE))
    points = {"neck_left": (199.5, 99.5)}
    known = Garment(big.image_u8, big.mask_u8 / np.float32(255), "upper", {"upper": 1.0}, "Top", {}, points)
    garment = create_garment(room, "a", big, known=known).garment
    assert garment.image_u8.shape == (LONGEST_SIDE, LONGEST_SIDE // 2, 3)
    assert garment.alpha_f32.shape == garment.image_u8.shape[:2]
    assert garment.landmarks_px == {"neck_left": (99.5, 49.5)}
    small = new()
    kept = create_garment(room, "a", small).garment
    small.image_u8[:] = 0
    assert kept.image_u8.any()  # the caller's arrays are the caller's


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"category": "hat"}, "hat"),
        ({"image_u8": np.zeros((20, 20, 3), np.uint8)}, "pixels"),
        ({"mask_u8": np.zeros((10, 10), np.uint8)}, "size"),
        ({"mask_u8": np.zeros((400, 300), np.uint8)}, "no garment"),
    ],
)
def test_what_is_no_garment_is_refused(room: FittingRoom, change: dict[str, Any], told: str) -> None:
    with pytest.raises(BadRequestError, match=told):
        create_garment(room, "a", replace(new(), **change))
    assert not room.visitors.get("a").created


def test_names_are_no_markup(room: FittingRoom) -> None:
    visitor = room.visitors.get("a")
    assert created(visitor) == ""
    create_garment(room, "a", new(name="<img src=x onerror=alert(1)>"))
    assert "<img src=x" not in created(visitor)
    assert "made-1" in created(visitor)
