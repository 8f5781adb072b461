"""Who wears what: whole outfits, in wearing order, nothing twice; shards split by number; refusals say what to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.synth.garment_mesh import GarmentMesh
from tryon.synth.synthesize import SynthSettings, split_of, synthesize
from tryon.synth.wardrobe import SLOTS, Counts, Habits, choose_outfit, choose_wardrobe, slot_of


@dataclass(frozen=True)
class _Thing:
    mesh: GarmentMesh

    def wear(self, body, fit):  # type: ignore[no-untyped-def]
        raise NotImplementedError


def _thing(name: str, category: str, label: str, *, open_front: bool = False, **attributes: str) -> _Thing:
    none = np.zeros((0, 3))
    mesh = GarmentMesh(
        name, category, label, none.astype(np.int64), none[:, 0].astype(np.uint8), none[:, 0] > 0, none[:, :2], {},  # type: ignore[arg-type]
        none, {"length": "regular", **attributes}, (), open_front,
    )  # fmt: skip
    return _Thing(mesh)


CLOSET = [
    _thing("tee", "upper", "T-Shirt"), _thing("shirt", "upper", "Shirt"), _thing("jeans", "lower", "Pants"),
    _thing("skirt", "lower", "Skirt"), _thing("dress", "dress", "Dress"),
    _thing("coat", "upper", "Outwear", open_front=True),
]  # fmt: skip


def test_outfits_are_whole_and_in_order() -> None:
    rng = np.random.default_rng(0)
    tucked = 0
    for _ in range(200):
        outfit = choose_outfit(CLOSET, Habits(), rng)
        slots = [slot_of(CLOSET[k]) for k in outfit.garments]
        inner = [s for s in slots if s != "jacket"]
        assert sorted(inner) in (["dress"], ["bottom", "top"])
        assert "jacket" not in slots[:-1]
        if "top" in inner:
            assert inner == (["top", "bottom"] if outfit.tucked else ["bottom", "top"])
            tucked += outfit.tucked
    assert 20 < tucked < 90  # three in ten of the separates


def test_the_second_outfit_repeats_nothing() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        first = choose_outfit(CLOSET, Habits(), rng, separates=True)
        second = choose_outfit(CLOSET, Habits(), rng, avoid=first.garments)
        assert not set(first.garments) & set(second.garments)


def test_nothing_wide_is_worn_under_a_bib() -> None:
    closet = [
        _thing("tee", "upper", "T-Shirt", fit="regular"), _thing("smock", "upper", "Blouse", fit="oversized"),
        _thing("dungarees", "lower", "Pants", kind="dungarees"),
    ]  # fmt: skip
    rng = np.random.default_rng(2)
    worn = {choose_outfit(closet, Habits(jacket=0), rng, separates=True).garments for _ in range(30)}
    assert worn <= {(0, 2), (2, 0)}
    only = [closet[1], closet[2]]  # nothing else is there: better a wide one than none
    assert len(choose_outfit(only, Habits(jacket=0), rng, separates=True).garments) == 2


def test_men_seldom_wear_skirts() -> None:
    rng = np.random.default_rng(2)
    worn = [choose_outfit(CLOSET, replace(Habits(), men_skirt=0.0), rng, man=True) for _ in range(60)]
    labels = {CLOSET[k].mesh.label for outfit in worn for k in outfit.garments}
    assert not labels & {"Skirt", "Dress"}


def test_a_wardrobe_has_what_was_counted() -> None:
    made: list[str] = []

    def design(slot, rng):  # type: ignore[no-untyped-def]
        made.append(slot)
        category = {"top": "upper", "bottom": "lower", "dress": "dress", "jacket": "upper"}[slot]
        return _thing(f"new{len(made)}", category, "Pants" if slot == "bottom" else "Top", open_front=slot == "jacket")

    chosen = choose_wardrobe(Counts(4, 3, 2, 1), CLOSET[:3], CLOSET[3:], design, np.random.default_rng(3))
    slots = [slot_of(w) for w in chosen]
    assert [slots.count(s) for s in SLOTS] == [4, 3, 2, 1]
    assert len({w.mesh.id for w in chosen}) == len(chosen)
    assert made  # the library alone does not suffice


def test_one_shard_in_ten_is_for_validation() -> None:
    splits = [split_of(k) for k in range(40)]
    assert splits.count("validation") == 4
    assert splits[9] == "validation"


def test_refusals_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadRequestError, match="--data"):
        synthesize(SynthSettings(data=tmp_path, out=tmp_path / "records"))
    with pytest.raises(BadRequestError, match="python -m tryon synth"):
        synthesize(SynthSettings(out=tmp_path, check=True))
