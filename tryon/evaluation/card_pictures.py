"""Where each network fails, as pictures for the model card.

``python -m tryon.evaluation.card_pictures --records data/records`` draws people and garments that no network was
trained on, with drawn grounds and cloths only, asks the networks, and writes the worst answers to ``weights/card``:
each row is a picture, the truth and the answer. How bad they are, and the usual case, is printed as Markdown.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from tryon.evaluation.card_garments import garment_rows, look_at_gallery, look_at_garments
from tryon.evaluation.card_people import look_at_people, parsing_rows, pose_rows
from tryon.evaluation.card_sheet import Row, draw_sheet, write_jpeg
from tryon.garment.analyzer import GarmentAnalyzer
from tryon.person.analyzer import PersonAnalyzer

ROOT = Path(__file__).resolve().parents[2]
CLASSES = ("hair", "skin", "upper", "lower", "dress", "accessory")
POSES, GARMENTS = 6, 9  # rows of a picture: as many as a reader looks at


def draw_people(records: Path, out: Path, count: int, seed: int) -> None:
    """Write ``parser.jpg`` and ``pose.jpg`` and print their figures.

    Args:
        records: folder of shards. out: folder. count: people that are looked at. seed: of cloths, lights, grounds.
    """
    people = list(look_at_people(records, count, seed, PersonAnalyzer.from_pretrained()))
    print(f"{len(people)} rendered people of the validation split\n")
    _write(out / "parser.jpg", parsing_rows(people, CLASSES))
    _write(out / "pose.jpg", pose_rows(people, POSES))


def draw_garments(records: Path, out: Path, count: int, seed: int, assets: Path) -> None:
    """Write ``garment.jpg`` and ``gallery.jpg`` and print their figures.

    Args:
        records: folder of shards. out: folder. count: garments that are looked at. seed: of cloths, lights, grounds.
        assets: the gallery's folder.
    """
    analyzer = GarmentAnalyzer.from_pretrained()
    for name, pictures in (
        ("garment", list(look_at_garments(records, count, seed, analyzer))),
        ("gallery", list(look_at_gallery(assets, analyzer))),
    ):
        print(f"{name}: {len(pictures)} pictures\n")
        _write(out / f"{name}.jpg", garment_rows(pictures, GARMENTS if name == "garment" else 6))


def _write(path: Path, drawn: tuple[Sequence[Row], Sequence[str]]) -> None:
    rows, lines = drawn
    print("\n".join(lines))
    size = write_jpeg(draw_sheet(rows), path)
    print(f"\n{path.name}: {size / 1000:.0f} KB")
    print("\n".join(f"- {row.caption}" for row in rows) + "\n")


def main() -> None:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=Path, default=ROOT / "data/records", help="folder of rendered records")
    parser.add_argument("--out", type=Path, default=ROOT / "weights/card", help="folder of the pictures")
    parser.add_argument("--people", type=int, default=120, help="how many people to look at; 0: none")
    parser.add_argument("--garments", type=int, default=200, help="how many garments to look at; 0: none")
    parser.add_argument("--seed", type=int, default=7, help="of cloths, lights and grounds")
    args = parser.parse_args()
    tasks: list[tuple[int, Callable[[], None]]] = [
        (args.people, lambda: draw_people(args.records, args.out, args.people, args.seed)),
        (args.garments, lambda: draw_garments(args.records, args.out, args.garments, args.seed, ROOT / "assets")),
    ]
    for count, task in tasks:
        if count:
            task()


if __name__ == "__main__":
    main()
