"""What the brush sends: sheets, masks at the photo's size, and a garment that is cut out anew."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from tryon.errors import GarmentNotFoundError, TryOnError
from tryon.images import encode_png
from tryon.types import Garment, Person, Pose
from tryon.ui.looks import Brought, Look, What, Who
from tryon.ui.mending import mend, mend_alpha, read_points
from tryon.ui.painted import SHEET_BYTES, SHEET_SIDE, mask_sketch, read_painted, read_sheet
from tryon.ui.understood import understand_brought, with_answer
from tryon.ui.visitors import Shelf, Visitor


def sheet(size: tuple[int, int], *, red: Any = None, green: Any = None) -> bytes:
    """A painted PNG; red, green: slices."""
    picture = np.zeros((*size, 3), np.uint8)
    for channel, where in enumerate((red, green)):
        if where is not None:
            picture[(*where, channel)] = 255
    return encode_png(picture)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def test_marks_cover_what_was_painted_at_any_size(shelf: Shelf) -> None:
    where = (slice(0, 256), slice(96, 192))
    painted = read_painted(sheet((512, 384), red=where), (1024, 768), shelf)
    assert painted is not None
    keep, change = painted.masks((1024, 768))
    assert change is None
    assert keep is not None
    assert keep.dtype == np.float32
    assert keep.shape == (1024, 768)
    inside = keep > 0.5
    assert inside[:508, 194:382].all()
    assert not inside[516:].any()
    assert not inside[:, :190].any()
    both = read_painted(sheet((512, 384), red=where, green=(slice(300, 400), slice(0, 99))), (512, 384), shelf)
    assert both is not None
    assert both.key != painted.key
    assert all(mask is not None for mask in both.masks((512, 384)))
    assert both.sketch.jpeg.startswith(b"\x89PNG")
    again = read_sheet(both.sketch.jpeg, (512, 384))
    assert np.array_equal(again, both.sheet_u8)  # the brush goes on from exactly this


def test_marks_are_counted_and_their_photo_once(shelf: Shelf) -> None:
    """Marks make another ``Who`` of the same person."""
    h, w = 512, 384
    photo = np.zeros((h, w, 3), np.uint8)
    pose = Pose(np.zeros((33, 2), np.float32), np.ones(33, np.float32))
    person = Person(photo, pose, np.ones((h, w), np.float32), np.zeros((h, w), np.uint8))
    who = Who("photo-1", "You", person, shelf.put(b"", (w, h)), own=True)
    visitor = Visitor(who=who)
    before = visitor.cost()
    painted = read_painted(sheet((h, w), red=(slice(9, 90),)), (h, w), shelf)
    assert painted is not None
    marked = replace(who, painted=painted)
    garment = Garment(photo, person.mask_f32, "upper", {"upper": 1.0}, "not sure", {}, {})
    visitor.keep(Look(marked, What("red-tee", "Red tee", garment), shelf.put(b"", (w, h)), ""))
    assert visitor.cost() == before + painted.sheet_u8.nbytes


def test_an_empty_sheet_is_none_and_equal_ones_are_the_same(shelf: Shelf) -> None:
    assert read_painted(sheet((512, 384)), (512, 384), shelf) is None
    one, two = (read_painted(sheet((512, 384), red=(slice(9, 90),)), (512, 384), shelf) for _ in range(2))
    assert one is not None
    assert two is not None
    assert one.key == two.key


@pytest.mark.parametrize(
    "data",
    [b"no picture", sheet((512, 512)), sheet((60, 45)), sheet((512, 384)) + b"x" * SHEET_BYTES],
    ids=["no picture", "another shape", "too small", "too large"],
)
def test_other_sheets_are_refused(data: bytes) -> None:
    with pytest.raises(TryOnError, match=r"[.]$"):
        read_sheet(data, (1024, 768))


def test_a_mask_is_shown_small(shelf: Shelf) -> None:
    mask = np.zeros((3000, 2000), np.float32)
    mask[:1500] = 1
    sketch = mask_sketch(mask, shelf)
    assert shelf.find(sketch.token) is sketch
    picture = cv2.imdecode(np.frombuffer(sketch.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (SHEET_SIDE, SHEET_SIDE * 2 // 3, 3)
    assert (picture[: SHEET_SIDE // 2 - 1] == 255).all()
    assert not picture[SHEET_SIDE // 2 + 1 :].any()


@pytest.fixture
def own(drawing: Any, shelf: Shelf, doubtful_picture: Any) -> What:
    """A garment of a visitor's, 300 x 300, with three corners."""
    alpha = np.zeros((300, 300), np.float32)
    alpha[50:250, 50:250] = 1
    return understand_brought(Brought(1, doubtful_picture, alpha), drawing, shelf)


def test_the_cut_out_changes_only_where_somebody_painted(own: What) -> None:
    rng = np.random.default_rng(3)
    alpha = own.garment.alpha_f32.copy()
    alpha[50:250, 48:52] = rng.random((200, 4), np.float32)  # a soft edge
    sheet_u8 = np.dstack([np.rint(alpha * 255).astype(np.uint8)] * 3)
    assert np.array_equal(mend_alpha(alpha, sheet_u8), alpha)
    sheet_u8[200:220, 100:200] = 0
    mended = mend_alpha(alpha, sheet_u8)
    assert mended[205:215, 105:195].max() == 0
    assert np.array_equal(mended[:190], alpha[:190])
    with pytest.raises(GarmentNotFoundError, match="left"):
        mend_alpha(alpha, np.zeros_like(sheet_u8))


def test_a_mended_garment_is_understood_again(own: What, drawing: Any, shelf: Shelf) -> None:
    seen: list[Any] = []
    understand = drawing.understand_garment
    drawing.understand_garment = lambda image, **told: seen.append((image, told)) or understand(image, **told)
    sheet_u8 = np.dstack([np.rint(own.garment.alpha_f32 * 255).astype(np.uint8)] * 3)
    sheet_u8[60:100, 60:240] = 0
    own = with_answer(own, "category", "dress", drawing, shelf)
    what = mend(own, sheet_u8, {}, drawing, shelf)
    image, told = seen[-1]
    assert image is own.garment.image_u8
    assert told["category"] == "dress"
    assert told["alpha_f32"][80, 150] == 0
    assert told["alpha_f32"][150, 150] == 1
    assert what.garment.alpha_f32[80, 150] == 0
    assert what.key != own.key
    assert mend(own, sheet_u8, {}, drawing, shelf).key == what.key
    # what is said later is said of the mended garment
    later = with_answer(what, "category", "upper", drawing, shelf)
    assert later.garment.alpha_f32[80, 150] == 0
    # another kind of photo is cut out anew
    assert with_answer(what, "photo", "flat", drawing, shelf).garment.alpha_f32[80, 150] == 1


def test_moved_corners_take_the_place_of_those_that_were_found(own: What, drawing: Any, shelf: Shelf) -> None:
    before = drawing.garments
    moved = read_points(json.dumps({"hem_left": [33.5, 120]}), own.garment)
    what = mend(own, None, moved, drawing, shelf)
    assert drawing.garments == before  # nothing to look at
    assert what.garment.landmarks_px == {**own.garment.landmarks_px, "hem_left": (33.5, 120.0)}
    assert what.garment.visibility["hem_left"] == 1.0
    assert own.garment.visibility["hem_left"] < 1
    assert what.key != own.key
    # an answer that needs no other look keeps them
    assert with_answer(what, "sleeve", "long", drawing, shelf).garment.landmarks_px["hem_left"] == (33.5, 120.0)


@pytest.mark.parametrize(
    "sent",
    ["[]", "{", '{"hem_left": 3}', '{"hem_left": [1, 2, 3]}', '{"nose": [1, 2]}', '{"hem_left": [-1, 2]}',
     '{"hem_left": [1, 300]}', '{"hem_left": [NaN, 2]}', '{"hem_left": [1, Infinity]}', "{" + " " * 9999 + "}"],
)  # fmt: skip
def test_other_corners_are_refused(own: What, sent: str) -> None:
    with pytest.raises(TryOnError, match="corners"):
        read_points(sent, own.garment)


def test_only_one_s_own_garment_is_mended(own: What, drawing: Any, shelf: Shelf) -> None:
    assert read_points("", own.garment) == {}
    with pytest.raises(TryOnError, match="own"):
        mend(replace(own, brought=None), None, {}, drawing, shelf)
