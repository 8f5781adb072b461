"""Both ways of enlarging give the same window; large frames are not enlarged whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.geometry import enlarge
from tryon.geometry.enlarge import enlarged_window

SIZE, ROWS, COLUMNS = (200, 150), slice(20, 120), slice(33, 140)


@pytest.mark.parametrize("kind", [cv2.INTER_LINEAR, cv2.INTER_CUBIC])
@pytest.mark.parametrize("shape", [(64, 48), (64, 48, 3), (64, 48, 4)])
def test_whole_frames_and_windows_agree(monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...], kind: int) -> None:
    maps = cv2.GaussianBlur(np.random.default_rng(1).random(shape).astype(np.float32), (0, 0), 2)
    whole = enlarged_window(maps, SIZE, ROWS, COLUMNS, kind)
    assert whole.shape == (100, 107, *shape[2:])
    assert whole.flags.c_contiguous
    monkeypatch.setattr(enlarge, "WHOLE_PIXELS", 1)
    window = enlarged_window(maps, SIZE, ROWS, COLUMNS, kind)
    assert np.abs(whole - window).max() < 0.01  # places of the latter are rounded to 1/32 pixel
    assert np.abs(whole - maps.mean()).max() > 0.05


def test_a_window_lies_where_pixel_centres_say() -> None:
    ramp = np.broadcast_to(np.arange(48, dtype=np.float32), (64, 48)).copy()
    found = enlarged_window(ramp, (128, 96), slice(10, 20), slice(30, 50))
    assert np.allclose(found[0], (np.arange(30, 50) + 0.5) / 2 - 0.5, atol=1e-4)


def test_large_frames_are_not_enlarged_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: object, **_more: object) -> None:
        raise AssertionError("a whole frame of 12 megapixels")

    monkeypatch.setattr(cv2, "resize", refused)
    found = enlarged_window(np.ones((64, 48), np.float32), (4000, 3000), slice(0, 10), slice(5, 25))
    assert found.shape == (10, 20)
    assert (found == 1).all()
