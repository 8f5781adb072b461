"""Labels for unlabelled photos by a trained parser, where it is sure of them.

``python -m tryon prepare pseudo-labels`` writes ``data/people/pseudo.zip``, which the parser's trainer then reads
besides the labelled photos (Lee 2013, "Pseudo-Label"). Photo and mirror image are both parsed and averaged; what
stays unsure is IGNORED and teaches nothing.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.geometry.crops import size_of
from tryon.person.parsing import Parser, enlarge_labels
from tryon.settings import setting
from tryon.training.people_data import PersonRecord, read_people
from tryon.types import LabelsU8

IGNORED = 255
SURE = 0.75  # of the averaged probability; below it about one pixel in three is wrong on validation photos
LEAST_SURE = 0.75  # of the figure's pixels: photos of which the parser knows less are left out
NAME = "pseudo.zip"


@dataclass(frozen=True)
class PseudoSettings:
    """Which photos are labelled, and by what."""

    people: Path = setting(Path("data/people"), "folder of the people shards")
    out: Path = setting(Path("data/people"), f"folder for {NAME}; the trainer looks for it beside the people")
    weights: Path | None = setting(None, "folder with parser.safetensors; the repository's where none is named")


def sure_labels(parser: Parser, record: PersonRecord) -> tuple[NDArray[np.float32], LabelsU8]:
    """The highest probability (H, W) float32 and its label (H, W) uint8, at the photo's resolution."""
    p, crop = parser.probabilities(record.image_u8, record.mask_u8.astype(np.float32) / 255, record.pose)
    h, w = size_of(record.image_u8)
    best = cv2.warpAffine(
        p.max(0), cv2.invertAffineTransform(crop.matrix()), (w, h), flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=1.0,
    )  # fmt: skip
    return best, enlarge_labels(p, crop, (h, w))


def write_pseudo_labels(parser: Parser, records: Iterable[PersonRecord], out: Path) -> int:
    """Label the unlabelled records and write ``pseudo.zip`` to a folder; returns how many were labelled."""
    total = 0
    with zipfile.ZipFile(out / NAME, "w", zipfile.ZIP_STORED) as target:
        for record in records:
            if record.labels_u8 is not None:
                continue
            best, labels = sure_labels(parser, record)
            figure = labels > 0
            if figure.mean() < 0.02 or float((best[figure] > SURE).mean()) < LEAST_SURE:
                continue
            labels = np.where(best > SURE, labels, np.uint8(IGNORED))
            target.writestr(f"{record.key}.labels.png", cv2.imencode(".png", labels)[1].tobytes())
            total += 1
    return total


def with_pseudo_labels(records: Iterable[PersonRecord], folder: Path) -> list[PersonRecord]:
    """The unlabelled records that ``pseudo.zip`` of a folder has labels for, with them.

    Raises:
        BadRequestError: the file is missing or damaged.
    """
    path = folder / NAME
    if not path.is_file():
        raise BadRequestError(f"There is no {NAME} in {folder}. Make it: python -m tryon prepare pseudo-labels")
    out = []
    try:
        with zipfile.ZipFile(path) as source:
            names = set(source.namelist())
            for record in records:
                if record.labels_u8 is None and (name := f"{record.key}.labels.png") in names:
                    labels = cv2.imdecode(np.frombuffer(source.read(name), np.uint8), cv2.IMREAD_UNCHANGED)
                    if labels is None:
                        raise ValueError(f"{name} cannot be decoded")
                    out.append(replace(record, labels_u8=labels))
    except (zipfile.BadZipFile, ValueError) as error:
        raise BadRequestError(f"{NAME} is damaged ({error}). Make it again.") from None
    return out


def prepare_pseudo_labels(settings: PseudoSettings) -> None:
    """Label the unlabelled photos of the people shards."""
    records = read_people(settings.people, labelled=False)
    settings.out.mkdir(parents=True, exist_ok=True)
    count = write_pseudo_labels(Parser.from_pretrained(settings.weights), records, settings.out)
    print(f"{count} photos labelled")
