"""What is worn under an open jacket is not seen beside it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from tryon.synth.garment_mesh import PART
from tryon.synth.record import HALF, NATIVE, GarmentLayer
from tryon.synth.under_jackets import JacketGate, jacket_over

SLEEVE, TORSO = PART["left_sleeve"] + 1, PART["torso"] + 1


def layer(part: np.ndarray, garment: int = 0) -> GarmentLayer:
    small = part[::2, ::2].copy()
    empty = np.zeros(HALF, np.uint16)
    return GarmentLayer(garment, part, small, np.zeros((*HALF, 2), np.float32), np.zeros((*HALF, 3), np.int8), empty)


def gate(with_sleeves: bool = True) -> JacketGate:
    """A jacket over columns 200 to 300 and 400 to 500 of rows 300 to 700, its sleeve left of it."""
    part = np.zeros(NATIVE, np.uint8)
    part[300:700, 200:300] = part[300:700, 400:500] = TORSO
    if with_sleeves:
        part[300:700, 140:200] = SLEEVE
    return JacketGate(layer(part), NATIVE)


WHOLE = (slice(0, NATIVE[0]), slice(0, NATIVE[1]))


def test_a_sleeve_beside_the_jackets_sleeve_goes_and_one_below_it_stays() -> None:
    inner = np.zeros(NATIVE, np.uint8)
    inner[320:500, 120:200] = SLEEVE
    keep = gate().keep(inner, inner > 0, *WHOLE)
    assert not keep[320:500, 120:139].any()
    assert keep[320:500, 142:198].all()


def test_under_a_vest_sleeves_are_seen() -> None:
    inner = np.zeros(NATIVE, np.uint8)
    inner[320:500, 120:200] = SLEEVE
    assert gate(with_sleeves=False).keep(inner, inner > 0, *WHOLE)[320:500, 120:200].all()


def test_the_opening_and_what_hangs_below_stay_and_slivers_go() -> None:
    inner = np.zeros(NATIVE, np.uint8)
    inner[300:760, 202:498] = TORSO
    inner[500:520, 480:506] = TORSO  # stands out of the side
    keep = gate().keep(inner, inner > 0, *WHOLE)
    assert keep[300:700, 302:398].all()
    assert keep[701:760, 202:498].all()
    assert not keep[500:520, 501:506].any()


def test_only_what_is_worn_over_a_top_or_a_dress_is_its_jacket() -> None:
    layers = [layer(np.zeros(NATIVE, np.uint8), k) for k in range(3)]
    kinds = (("lower", False), ("upper", False), ("upper", True))
    garments = [SimpleNamespace(category=category, open_front=is_open) for category, is_open in kinds]
    assert jacket_over(layers, garments, (0, 1, 2), 0) is None  # type: ignore[arg-type]
    assert jacket_over(layers, garments, (0, 1, 2), 1) is layers[2]  # type: ignore[arg-type]
    assert jacket_over(layers, garments, (0, 1, 2), 2) is None  # type: ignore[arg-type]
