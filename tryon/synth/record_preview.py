"""Sheets of random records for the eye."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
import cv2
import numpy as np

from tryon.errors import BadRequestError
from tryon.synth.compose import compose, sample_look
from tryon.synth.record import HALF, GarmentInfo, Record
from tryon.synth.record_maker import RecordMaker
from tryon.synth.wardrobe import Counts
from tryon.types import RGBu8

if TYPE_CHECKING:
    from tryon.synth.synthesize import SynthSettings

CELL = (288, 216)  # (H, W) of a sheet's picture
FEW = Counts(top=8, bottom=6, dress=3, jacket=3)  # a garment costs as much time as a person: each is worn by several


def write_preview(settings: SynthSettings) -> dict[str, Any]:
    """Draw rows x rows random records, each in one outfit.

    Raises:
        BadRequestError: the file is no .png or .jpg.
    """
    if settings.out.suffix.lower() not in (".png", ".jpg"):
        raise BadRequestError(f"--preview needs --out with a .png or .jpg file, not {settings.out}.")
    maker = RecordMaker(replace(settings, pose=False))  # the sheet shows no pose
    count = settings.rows**2
    with click.progressbar(length=count, label="people") as bar:
        sheet = preview_sheet(maker, count, settings.rows, settings.seed, lambda: bar.update(1))
    settings.out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(settings.out), sheet[..., ::-1])
    return {"sheet": str(settings.out), "records": count}


def preview_sheet(
    maker: RecordMaker, count: int, columns: int, seed: int, report: Callable[[], object] = lambda: None
) -> RGBu8:
    """Random records in outfit A, ``columns`` in a row, (H, W, 3) uint8; report is called for each."""
    rng = np.random.default_rng([seed, 7])
    cells = []
    wardrobe = maker.wardrobe(rng, "train", FEW)
    garments = [maker.garment(w) for w in wardrobe]
    for k in range(count):
        record = maker.make_record(f"p{k}", wardrobe, garments, [seed, 7, k])
        cells.append(picture(maker, record, garments, "a", np.random.default_rng([seed, 8, k]), CELL))
        report()
    return grid(cells, columns)


def picture(
    maker: RecordMaker,
    record: Record,
    garments: list[GarmentInfo],
    outfit: str,
    rng: np.random.Generator,
    size: tuple[int, int] = HALF,
) -> RGBu8:
    """One record in one outfit with a random look."""
    look = sample_look(rng, record, garments, record.outfits[outfit], paint=maker.cloths.any, library=maker.grounds)
    return compose(record, garments, record.outfits[outfit], look, size, library=maker.grounds).image_u8


def grid(cells: list[RGBu8], columns: int) -> RGBu8:
    """Pictures of one size side by side."""
    while len(cells) % columns:
        cells.append(np.full_like(cells[0], 255))
    return np.vstack([np.hstack(cells[k : k + columns]) for k in range(0, len(cells), columns)])
