"""A trial: a damaged picture is read, and either comes out as a picture should or is refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from tryon.errors import TryOnError
from tryon.images import MAX_PIXELS, MIN_SIDE, load_picture, load_picture_with_alpha
from tryon.trials.mutations import damaged
from tryon.trials.picture_seeds import picture_seeds

HEIC = Path(__file__).resolve().parents[2] / "tests" / "data"  # left out where the tests are not there


class PictureTrial:
    """Reads the picture of a number; the same number is the same file."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._seeds = list(picture_seeds(HEIC).values())

    def file(self, number: int) -> bytes:
        """The damaged file of a number."""
        return damaged(self._seeds, np.random.default_rng([self.seed, number]))

    def __call__(self, number: int) -> str:
        """Read it, as a photo or as a garment.

        Returns:
            "read", or the code of the refusal.

        Raises:
            AssertionError: what came out is no picture as promised. Anything else: what must not get out.
        """
        data = self.file(number)
        try:
            if number % 2:
                picture, alpha = load_picture_with_alpha(data)
                assert alpha is None or (alpha.shape == picture.shape[:2] and alpha.dtype == np.float32)
                assert alpha is None or (alpha.min() >= 0 and alpha.max() <= 1)
            else:
                picture = load_picture(data)
        except TryOnError as error:
            if not str(error).endswith("."):
                raise AssertionError(f"no sentence: {error}") from None
            return error.code
        assert picture.dtype == np.uint8
        assert picture.ndim == 3
        assert picture.shape[2] == 3
        assert picture.flags.c_contiguous
        assert min(picture.shape[:2]) >= MIN_SIDE
        assert picture.shape[0] * picture.shape[1] <= MAX_PIXELS
        return "read"


class PictureTrials:
    """Makes the trial in the process that needs it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __call__(self) -> Callable[[int], str]:
        """The trial."""
        return PictureTrial(self._seed)
