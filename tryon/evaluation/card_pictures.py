"""Where each network fails, as pictures for the model card.

``python -m tryon.evaluation.card_pictures --records data/records`` draws people and garments that no network was
trained on, with drawn grounds and cloths only, asks the networks, and writes the worst answers to ``weights/card``:
each row is a picture, the truth and the answer. How bad they are, and the usual case, is printed as Markdown.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tryon.evaluation.card_garments import garment_rows, look_at_gallery, look_at_garments
from tryon.evaluation.card_people import look_at_people, parsing_rows, pose_rows
from tryon.evaluation.card_sheet import Row, draw_sheet, write_jpeg
from tryon.garment.analyzer import GarmentAnalyzer
from tryon.person.analyzer import PersonAnalyzer

ROOT = Path(__file__).resolve().parents[2]
CLASSES = ("hair", "skin", "upper", "lower", "dress", "accessory")
POSES, GARMENTS, GALLERY = 6, 10, 6  # rows of a picture: as many as a reader looks at
PERSON_PX, GARMENT_PX = 236, 176  # height of what is compared: two rows beside each other


@dataclass(frozen=True)
class CardSettings:
    """What is looked at, and where the pictures go."""

    records: Path = ROOT / "data/records"
    out: Path = ROOT / "weights/card"
    weights: Path | None = None
    people: int = 120  # a worst case in a hundred is what a reader wants to see
    garments: int = 200
    seed: int = 7


def draw_people(settings: CardSettings) -> None:
    """Write ``parser.jpg`` and ``pose.jpg`` and print their figures."""
    analyzer = PersonAnalyzer.from_pretrained(settings.weights)
    people = list(look_at_people(settings.records, settings.people, settings.seed, analyzer))
    print(f"{len(people)} rendered people of the validation split\n")
    _write(settings.out / "parser.jpg", parsing_rows(people, CLASSES), PERSON_PX)
    _write(settings.out / "pose.jpg", pose_rows(people, POSES), PERSON_PX)


def draw_garments(settings: CardSettings) -> None:
    """Write ``garment.jpg`` and ``gallery.jpg`` and print their figures."""
    analyzer = GarmentAnalyzer.from_pretrained(settings.weights)
    for name, pictures in (
        ("garment", list(look_at_garments(settings.records, settings.garments, settings.seed, analyzer))),
        ("gallery", list(look_at_gallery(ROOT / "assets", analyzer))),
    ):
        print(f"{name}: {len(pictures)} pictures\n")
        _write(
            settings.out / f"{name}.jpg", garment_rows(pictures, GARMENTS if name == "garment" else GALLERY), GARMENT_PX
        )


def _write(path: Path, drawn: tuple[Sequence[Row], Sequence[str]], height: int) -> None:
    rows, lines = drawn
    print("\n".join(lines))
    size = write_jpeg(draw_sheet(rows, height=height), path)
    print(f"\n{path.name}: {size / 1000:.0f} KB")
    print("\n".join(f"- {row.caption}" for row in rows) + "\n")


def main() -> None:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(description=__doc__)
    usual = CardSettings()
    parser.add_argument("--records", type=Path, default=usual.records, help="folder of rendered records")
    parser.add_argument("--out", type=Path, default=usual.out, help="folder of the pictures")
    parser.add_argument("--weights", type=Path, help="folder of the weights; the repository's own by default")
    parser.add_argument("--people", type=int, default=usual.people, help="how many people to look at; 0: none")
    parser.add_argument("--garments", type=int, default=usual.garments, help="how many garments to look at; 0: none")
    parser.add_argument("--seed", type=int, default=usual.seed, help="of cloths, lights and grounds")
    settings = CardSettings(**vars(parser.parse_args()))
    if settings.people:
        draw_people(settings)
    if settings.garments:
        draw_garments(settings)


if __name__ == "__main__":
    main()
