"""The real pipeline on the project's own models and garments."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from tryon.errors import BadRequestError, GarmentNotFoundError, NoPersonError
from tryon.images import load_picture
from tryon.person.edit_plan import BARE_LEGS
from tryon.pipeline import TryOnPipeline
from tryon.types import LABEL, Garment, Person


@pytest.fixture(scope="module")
def assets(root: Path) -> dict[str, list[dict[str, str]]]:
    return json.loads((root / "assets" / "manifest.json").read_text())


@pytest.fixture(scope="module")
def people(pipeline: TryOnPipeline, root: Path, assets: dict) -> list[Person]:
    return [pipeline.understand_person(load_picture(root / "assets" / m["file"])) for m in assets["models"][:2]]


@pytest.fixture(scope="module")
def garments(pipeline: TryOnPipeline, root: Path, assets: dict) -> dict[str, Garment]:
    first = {g["category"]: g for g in reversed(assets["garments"])}
    return {c: pipeline.understand_garment(load_picture(root / "assets" / g["file"])) for c, g in first.items()}


def test_categories_are_recognised(garments: dict[str, Garment]) -> None:
    assert {c: g.category for c, g in garments.items()} == {c: c for c in garments}


@pytest.mark.parametrize("category", ["upper", "lower", "dress"])
def test_outside_the_mask_the_photo_is_untouched(
    pipeline: TryOnPipeline, people: list[Person], garments: dict[str, Garment], category: str
) -> None:
    for person in people:
        before = person.image_u8.copy()
        result = pipeline.dress(person, garments[category])
        assert result.image.shape == person.image_u8.shape
        assert result.mask.shape == person.image_u8.shape[:2]
        still = result.mask == 0
        assert np.array_equal(result.image[still], before[still])
        assert np.array_equal(person.image_u8, before)
        face = person.labels_u8 == LABEL["face"]
        assert face.any()
        assert result.mask[face].max() == 0
        changed = (result.image != before).any(2)
        assert 0.02 < changed.mean() < 0.6
        # what changed is where such a garment is worn
        rows = np.nonzero(changed.any(1))[0]
        hip_y = person.pose.points_px[[23, 24], 1].mean()
        assert (rows.mean() < hip_y) == (category == "upper") or category == "dress"


def test_the_same_inputs_give_the_same_picture(
    pipeline: TryOnPipeline, people: list[Person], garments: dict[str, Garment]
) -> None:
    a, b = (pipeline.dress(people[0], garments["upper"]).image for _ in range(2))
    assert np.array_equal(a, b)


def test_threads_get_what_one_would(
    pipeline: TryOnPipeline, people: list[Person], garments: dict[str, Garment]
) -> None:
    expected = [pipeline.dress(people[0], g).image for g in garments.values()]
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        got = list(pool.map(lambda g: pipeline.dress(people[0], g).image, garments.values()))
    for a, b in zip(expected, got, strict=True):
        assert np.abs(a.astype(int) - b).max() <= 1


def test_stages_show_how_it_was_made(
    pipeline: TryOnPipeline, people: list[Person], garments: dict[str, Garment]
) -> None:
    result = pipeline.dress(people[0], garments["dress"], stages=True)
    for name in ("pose", "parsing", "agnostic", "warped", "mask"):
        picture = result.stages[name]
        assert picture.dtype == np.uint8
        assert picture.ndim == 3
        assert picture.std() > 1
    assert {"warp", "generator", "composite"} <= set(result.timings)


def test_pictures_that_hold_nothing_are_refused(pipeline: TryOnPipeline) -> None:
    grey = np.full((400, 300, 3), 128, np.uint8)
    with pytest.raises(NoPersonError):
        pipeline.understand_person(grey)
    with pytest.raises(GarmentNotFoundError):
        pipeline.understand_garment(grey)
    with pytest.raises(GarmentNotFoundError, match="flat"):
        pipeline.understand_garment(grey, photo="worn")
    with pytest.raises(BadRequestError, match="hat"):
        pipeline.understand_garment(grey, category="hat")
    with pytest.raises(BadRequestError, match="tpu"):
        TryOnPipeline.from_pretrained(device="tpu")


def test_a_gpu_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(BadRequestError, match="no GPU can be used here"):
        TryOnPipeline.from_pretrained(device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_a_gpu_gives_the_same_picture(
    pipeline: TryOnPipeline, people: list[Person], garments: dict[str, Garment]
) -> None:
    garment = next(iter(garments.values()))
    fast = TryOnPipeline.from_pretrained(device="cuda").dress(people[0], garment)
    slow = pipeline.dress(people[0], garment)
    assert np.abs(fast.image_u8.astype(int) - slow.image_u8).mean() < 1


def test_a_worn_garment_can_be_taken_over(pipeline: TryOnPipeline, people: list[Person]) -> None:
    garment = pipeline.understand_garment(people[1].image_u8, category="upper", photo="worn")
    assert garment.worn
    assert set(garment.attributes) == {"sleeve", "neckline", "front", "layer"}
    assert set(garment.visibility) == set(garment.landmarks_px)
    assert sum(garment.label_probability.values()) == pytest.approx(1)
    result = pipeline.dress(people[0], garment)
    assert (result.image != people[0].image_u8).any()
    lower = pipeline.worn_garment(people[1], "lower")
    assert lower.category == "lower"
    assert "leg" in lower.attributes


def test_background_far_from_old_and_new_clothes_is_not_in_the_mask(
    pipeline: TryOnPipeline, people: list[Person], garments: dict[str, Garment]
) -> None:
    person = people[0]
    result = pipeline.dress(person, garments["upper"], stages=True)
    plain = cv2.erode((person.mask_f32 < 0.02).astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    assert plain.mean() > 0.3
    # only where the new garment itself reaches off the body
    assert (result.mask[plain] > 0).mean() < 0.02


def test_what_must_be_guessed_is_told(pipeline: TryOnPipeline, people: list[Person], garments: dict) -> None:
    trousers = next(p for p in people if (p.labels_u8 == LABEL["lower"]).any())
    short = dataclasses.replace(garments["dress"], warnings=())
    said = pipeline.dress(trousers, short).warnings
    assert BARE_LEGS in said
    assert len(set(said)) == len(said)


def test_paths_bytes_and_arrays_are_the_same_to_it(pipeline: TryOnPipeline, root: Path, assets: dict) -> None:
    person = root / "assets" / assets["models"][0]["file"]
    garment = root / "assets" / assets["garments"][0]["file"]
    a = pipeline(person, garment, garment_photo="flat")
    b = pipeline(person.read_bytes(), load_picture(garment), garment_photo="flat")
    assert np.array_equal(a.image, b.image)
    assert a.timings["pose"] > 0


def test_a_tucked_top_ends_at_the_waistband(
    pipeline: TryOnPipeline, people: list[Person], garments: dict[str, Garment]
) -> None:
    person = people[0]
    loose, tucked = (pipeline.dress(person, garments["upper"], tuck=t) for t in ("out", "in"))  # type: ignore[arg-type]
    assert np.array_equal(tucked.image[tucked.mask == 0], person.image_u8[tucked.mask == 0])
    changed = (np.abs(loose.image.astype(int) - tucked.image).max(2) > 24).any(1)
    rows = np.flatnonzero(changed)
    neck, hip = (float(person.pose.points_px[pair, 1].mean()) for pair in ([11, 12], [23, 24]))
    assert len(rows) > 0.1 * (hip - neck)
    assert np.median(rows) > hip - 0.45 * (hip - neck)  # from the waist down, not at the chest
    # a dress has no waistband to be tucked into
    assert np.array_equal(
        pipeline.dress(person, garments["dress"], tuck="in").image, pipeline.dress(person, garments["dress"]).image
    )


def test_what_is_painted_to_stay_stays_and_what_may_change_changes(
    pipeline: TryOnPipeline, people: list[Person], garments: dict[str, Garment]
) -> None:
    person = people[0]
    usual = pipeline.dress(person, garments["upper"])
    rows = np.flatnonzero(usual.mask.max(1) > 0.5)
    keep = np.zeros(usual.mask.shape, np.float32)
    keep[: int(rows.mean())] = 1
    kept = pipeline.dress(person, garments["upper"], keep_f32=keep)
    assert kept.mask[keep > 0].max() == 0
    assert np.array_equal(kept.image[keep > 0], person.image_u8[keep > 0])
    assert kept.mask[keep == 0].max() == 1
    face = person.labels_u8 == LABEL["face"]  # protected, until the visitor says otherwise
    free = pipeline.dress(person, garments["upper"], change_f32=face.astype(np.float32))
    assert usual.mask[face].max() == 0
    assert free.mask[face].mean() > 0.5
    both = pipeline.dress(
        person, garments["upper"], change_f32=face.astype(np.float32), keep_f32=face.astype(np.float32)
    )
    assert both.mask[face].max() == 0


def test_a_loose_fit_changes_more_of_the_picture(
    pipeline: TryOnPipeline, people: list[Person], garments: dict[str, Garment]
) -> None:
    areas = [pipeline.dress(people[0], garments["upper"], fit=fit).mask.sum() for fit in (0.0, 1.0)]
    assert areas[0] < areas[1]
    with pytest.raises(BadRequestError, match="snug"):
        pipeline.dress(people[0], garments["upper"], fit=3)
