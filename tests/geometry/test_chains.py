"""Outlines as chains: a drawn shape comes back, both halves alike; what cannot be traced is refused."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.geometry.chains import (
    CHEST_HALF,
    STRETCHES,
    chain_length,
    close_chain,
    corner_indices,
    edge_lines,
    sleeve_outlines,
    trace_chain,
)

TEE = {
    "neck": (20, 40), "shoulder": (55, 50), "cuff_out": (100, 100), "cuff_in": (80, 120), "armpit": (55, 95),
    "hem": (55, 220),
}  # fmt: skip
MIDDLE = 120


def drawn_tee(*, sleeves: bool = True, shift: float = 0.0) -> tuple[np.ndarray, dict[str, tuple[float, float]]]:
    names = [n for n in TEE if sleeves or not n.startswith("cuff")]
    right = [(MIDDLE + TEE[n][0], TEE[n][1]) for n in names]
    left = [(MIDDLE - TEE[n][0], TEE[n][1] + (shift if n.startswith("cuff") else 0)) for n in names]
    mask = np.zeros((260, 240), np.uint8)
    cv2.fillPoly(mask, [np.array(right + left[::-1], np.int32)], 255)
    marks = {f"{n}_right": (float(x), float(y)) for n, (x, y) in zip(names, right, strict=True)}
    marks |= {f"{n}_left": (float(x), float(y)) for n, (x, y) in zip(names, left, strict=True)}
    return mask, marks


@pytest.mark.parametrize("sleeves", [True, False])
def test_a_drawn_shape_comes_back(sleeves: bool) -> None:
    mask, marks = drawn_tee(sleeves=sleeves)
    chain = trace_chain(mask, marks, "upper")
    assert chain is not None
    assert chain.has_sleeves is sleeves
    assert len(chain.points) == chain_length("upper")
    assert chain.lost < 0.03
    assert chain.asymmetry_cm < 0.5
    at, scale = corner_indices("upper"), CHEST_HALF / TEE["armpit"][0]
    for name in ("neck", "shoulder", "armpit", "hem", *(("cuff_out",) if sleeves else ())):
        expected = np.array([TEE[name][0], TEE[name][1] - TEE["neck"][1]]) * scale
        assert np.abs(chain.points[at[name]] - expected).max() < 1.0, name


def test_halves_that_differ_are_averaged_and_told() -> None:
    even = trace_chain(*drawn_tee(), "upper")
    odd = trace_chain(*drawn_tee(shift=25), "upper")
    assert even is not None
    assert odd is not None
    assert odd.asymmetry_cm > even.asymmetry_cm + 0.5


def test_what_cannot_be_traced_is_none() -> None:
    mask, marks = drawn_tee()
    assert trace_chain(mask, {k: v for k, v in marks.items() if k != "hem_left"}, "upper") is None
    assert trace_chain(np.zeros_like(mask), marks, "upper") is None
    crossed = marks | {"armpit_right": marks["neck_right"], "neck_right": marks["armpit_right"]}
    assert trace_chain(mask, crossed, "upper") is None


def test_parts_of_a_chain() -> None:
    chain = trace_chain(*drawn_tee(), "upper")
    assert chain is not None
    closed = close_chain(chain.points)
    assert np.allclose(closed[:, 0].sum(), 0, atol=1e-3)
    sleeves = sleeve_outlines(chain.halves_px, "upper", has_sleeves=True)
    assert len(sleeves) == 2
    assert sleeves[0][:, 0].max() < MIDDLE < sleeves[1][:, 0].min()  # the viewer's left comes first
    assert sleeve_outlines(chain.halves_px, "upper", has_sleeves=False) == []
    lines = edge_lines(chain.halves_px, "upper")
    assert all(len(lines[name]) == 2 for name in ("top", "ends", "hem"))
    assert edge_lines(chain.halves_px[:, : chain_length("trousers")], "trousers")["hem"] == []


@pytest.mark.parametrize("kind", list(STRETCHES))
def test_corners_lie_in_order(kind: str) -> None:
    at = list(corner_indices(kind).values())  # type: ignore[arg-type]
    assert at == sorted(set(at))
    assert at[-1] == chain_length(kind) - 1  # type: ignore[arg-type]
