"""Which garments go together, in which order, and what of a step reaches the next."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.outfit import dress_outfit, dressing_order
from tryon.types import Garment, Guess, Person, Pose, TryOnResult


def _garment(kind: str) -> Garment:
    category: Any = {"tee": "upper", "jacket": "upper", "coat": "upper"}.get(kind, kind)
    guesses = {}
    if kind in ("jacket", "coat"):
        guesses["layer"] = Guess("outer", {"outer": 0.9, "inner": 0.1})
        front = "open" if kind == "jacket" else "closed"
        guesses["front"] = Guess(front, {front: 1.0})
    picture = np.full((20, 20, 3), len(kind), np.uint8)
    alpha = np.ones((20, 20), np.float32)
    return Garment(picture, alpha, category, {category: 1.0}, kind, {kind: 1.0}, {}, attributes=guesses)


class _Pipeline:
    """Writes each garment's number into the picture, one row after the other."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def understand_person(self, image_u8: np.ndarray) -> Person:
        mask = np.ones(image_u8.shape[:2], np.float32)
        pose = Pose(np.zeros((33, 2), np.float32), np.ones(33, np.float32))
        return Person(image_u8, pose, mask, np.zeros(mask.shape, np.uint8))

    def dress(self, person: Person, garment: Garment, **wishes: Any) -> TryOnResult:
        row = len(self.calls)
        self.calls.append({"garment": garment.label, "image": person.image_u8, **wishes})
        image, mask = person.image_u8.copy(), np.zeros(person.mask_f32.shape, np.float32)
        image[row], mask[row] = garment.image_u8[0, 0], 1
        return TryOnResult(image, mask, garment.category, timings={"warp": 2.0}, warnings=(garment.label, "both"))


def _worn(*kinds: str, **wishes: Any) -> Any:
    pipeline = _Pipeline()
    person = pipeline.understand_person(np.zeros((6, 6, 3), np.uint8))
    result = dress_outfit(pipeline, person, [_garment(k) for k in kinds], **wishes)
    return SimpleNamespace(pipeline=pipeline, person=person, result=result)


@pytest.mark.parametrize(
    ("kinds", "order"),
    [
        (["tee"], ["tee"]),
        (["tee", "lower"], ["lower", "tee"]),
        (["jacket", "tee", "lower"], ["lower", "tee", "jacket"]),
        (["jacket", "dress"], ["dress", "jacket"]),
        (["jacket", "coat"], ["coat", "jacket"]),  # the open one is worn over the other
    ],
)
def test_what_is_worn_below_comes_first(kinds: list[str], order: list[str]) -> None:
    garments = [_garment(kind) for kind in kinds]
    assert [kinds[index] for index in dressing_order(garments)] == order


@pytest.mark.parametrize(
    "kinds",
    [
        ["tee", "tee"],
        ["lower", "lower"],
        ["dress", "dress"],
        ["dress", "lower"],
        ["dress", "tee"],
        ["jacket", "coat", "tee"],
        [],
        ["tee", "lower", "jacket", "coat"],
    ],
)
def test_what_does_not_go_together_is_refused(kinds: list[str]) -> None:
    with pytest.raises(BadRequestError, match="garments"):
        dressing_order([_garment(kind) for kind in kinds])


def test_each_step_is_put_on_over_the_last() -> None:
    worn = _worn("jacket", "tee", "lower")
    result = worn.result
    assert [call["garment"] for call in worn.pipeline.calls] == ["lower", "tee", "jacket"]
    assert np.array_equal(worn.pipeline.calls[2]["image"], result.steps[1].image)
    assert [int(result.image[row, 0, 0]) for row in range(4)] == [len("lower"), len("tee"), len("jacket"), 0]
    assert result.mask[:3].all()
    assert not result.mask[3:].any()
    assert result.categories == ("lower", "upper", "upper")
    assert result.warnings == ("lower", "both", "tee", "jacket")
    assert result.timings["warp"] == 6.0
    assert set(result.timings) == {"warp", "understand_person"}
    assert not worn.person.image_u8.any()


def test_wishes_reach_each_step_but_what_may_change_only_the_first() -> None:
    painted = np.ones((6, 6), np.float32)
    worn = _worn("tee", "lower", fit=0.5, tuck="in", keep_f32=painted, change_f32=painted)
    assert [call["fit"] for call in worn.pipeline.calls] == [0.5, 0.5]
    assert [call["tuck"] for call in worn.pipeline.calls] == ["in", "in"]
    assert all(call["keep_f32"] is painted for call in worn.pipeline.calls)
    assert [call["change_f32"] is painted for call in worn.pipeline.calls] == [True, False]
