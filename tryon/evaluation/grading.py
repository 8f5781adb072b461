"""Results to be looked at: fixed lists of street photos and garment photos that nothing was trained on, as sheets.

``python -m tryon.evaluation.grading --data ../shared/data --out runs/grading`` dresses 60 people in tops, 30 in lower
garments, 30 in dresses, and 20 each in five hard exchanges, and writes sheets of nine (person, garment, result) and
``grades.csv``: one row a result, to be filled in by eye with 1 or 0 for each of ``QUESTIONS``. With ``--grades FILE``
it counts a filled-in file instead.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError, TryOnError
from tryon.geometry.crops import crop_for, size_of
from tryon.images import load_picture, shrink_to
from tryon.person.agnostic import body_unit, has_label, limb_distance
from tryon.pipeline import TryOnPipeline
from tryon.settings import open_data_dir
from tryon.training.people_labels import is_validation as person_is_held
from tryon.training.prepare_garments import is_validation as garment_is_held
from tryon.types import GARMENT_LABELS, Category, Garment, Person, RGBu8

QUESTIONS = ("shape", "texture", "skin", "no_rest", "edges")
COUNTS: dict[Category, int] = {"upper": 60, "lower": 30, "dress": 30}
EXCHANGES = ("long_to_sleeveless", "sleeveless_to_long", "short_to_long_hem", "dark_to_white", "patterned_to_plain")
EXCHANGE_COUNT = 20
CELL = (360, 270)  # (h, w) of a person on a sheet
ACROSS, DOWN = 3, 3
SLEEVELESS, LONG = ("Undershirt", "Top"), ("Longsleeve", "Hoodie", "Outwear", "Shirt")


@dataclass(frozen=True)
class Try:
    """One result to be made: group, id of the street photo, id and label of the garment photo."""

    group: str
    person: str
    garment: str
    label: str


def held_out_people(data: Path) -> list[str]:
    """Ids of street photos that no generator was trained on: validation ones and those without labels."""
    rows = csv.DictReader((data / "people" / "people.csv").open(encoding="utf-8"))
    return [r["id"] for r in rows if r["labelled"] != "1" or person_is_held(r["id"])]


def held_out_garments(data: Path) -> list[tuple[str, str]]:
    """(id, label) of garment photos of the validation split."""
    rows = csv.DictReader((data / "garments" / "garments.csv").open(encoding="utf-8"))
    return [(r["image"], r["label"]) for r in rows if r["label"] in GARMENT_LABELS and garment_is_held(r["image"])]


def choose_tries(data: Path, seed: int) -> list[Try]:
    """The 120 results by category, people and garments drawn without repetition as far as they reach."""
    rng = np.random.default_rng(seed)
    people, garments = held_out_people(data), held_out_garments(data)
    order = iter(rng.permutation(len(people)))
    tries = []
    for category, count in COUNTS.items():
        own = [g for g in garments if GARMENT_LABELS[g[1]] == category]
        picks = np.concatenate([rng.permutation(len(own)) for _ in range(-(-count // len(own)))])[:count]
        tries += [Try(category, people[int(next(order))], *own[int(k)]) for k in picks]
    return tries


def sleeve_share(person: Person) -> float:
    """How much of the arms, hands left out, clothes cover: 0 bare to 1 long sleeves."""
    near = limb_distance(person.labels_u8.shape, person.pose, "arm") < 0.09 * body_unit(person.pose)
    cloth = (near & has_label(person.labels_u8, "upper", "dress")).sum()
    skin = (near & has_label(person.labels_u8, "left_arm", "right_arm")).sum()
    return float(cloth) / max(float(cloth + skin), 1.0)


def leg_share(person: Person) -> float:
    """How much of the legs clothes cover."""
    cloth = has_label(person.labels_u8, "lower", "dress").sum()
    skin = has_label(person.labels_u8, "left_leg", "right_leg").sum()
    return float(cloth) / max(float(cloth + skin), 1.0)


def look_of(image_u8: RGBu8, mask: NDArray[np.bool_]) -> tuple[float, float]:
    """Mean lightness (0..1) and busyness (mean local contrast) of what a mask shows."""
    if mask.sum() < 50:
        return 0.5, 0.0
    light = cv2.cvtColor(image_u8, cv2.COLOR_RGB2LAB)[..., 0].astype(np.float32) / 255
    inner = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    inner = inner if inner.sum() > 50 else mask
    near = cv2.GaussianBlur(light, (0, 0), 4)
    return float(light[inner].mean()), float(np.abs(light - near)[inner].mean())


def wanted_person(group: str, person: Person) -> bool:
    """Whether a person wears what an exchange starts from."""
    light, busy = look_of(person.image_u8, has_label(person.labels_u8, "upper", "dress"))
    if group == "long_to_sleeveless":
        return sleeve_share(person) > 0.8
    if group == "sleeveless_to_long":
        return sleeve_share(person) < 0.3
    if group == "short_to_long_hem":
        return leg_share(person) < 0.6
    return light < 0.3 if group == "dark_to_white" else busy > 0.045


def wanted_garment(group: str, label: str, garment: Garment) -> bool:
    """Whether a garment is what an exchange ends with."""
    light, busy = look_of(garment.image_u8, garment.alpha_f32 > 0.5)
    if group == "long_to_sleeveless":
        return label in SLEEVELESS
    if group == "sleeveless_to_long":
        return label in LONG
    if group == "short_to_long_hem":
        return label == "Pants" or (label == "Dress" and light < 1)
    plain_top = GARMENT_LABELS[label] == "upper" and busy < 0.03
    return plain_top and light > 0.75 if group == "dark_to_white" else plain_top


def choose_exchanges(pipeline: TryOnPipeline, data: Path, seed: int) -> Iterator[Try]:
    """Twenty tries for each exchange, or fewer where the photos do not give them."""
    rng = np.random.default_rng((seed, 1))
    people, garments = held_out_people(data), held_out_garments(data)
    people = [people[int(k)] for k in rng.permutation(len(people))]
    garments = [garments[int(k)] for k in rng.permutation(len(garments))]
    seen: dict[str, Person] = {}
    known: dict[str, Garment] = {}
    for group in EXCHANGES:
        wearers = (p for p in people if (found := _person(pipeline, data, p, seen)) and wanted_person(group, found))
        wanted = [
            g for g in garments if (one := _garment(pipeline, data, g, known)) and wanted_garment(group, g[1], one)
        ]
        for number, key in enumerate(wearers):
            if number == EXCHANGE_COUNT or not wanted:
                break
            yield Try(group, key, *wanted[number % len(wanted)])


def _person(pipeline: TryOnPipeline, data: Path, key: str, seen: dict[str, Person]) -> Person | None:
    if key not in seen:
        try:
            image = load_picture(data / "people" / "photos" / f"{key}.jpg")
            seen[key] = pipeline.understand_person(image)
        except TryOnError:
            return None
    return seen[key]


def _garment(pipeline: TryOnPipeline, data: Path, item: tuple[str, str], known: dict[str, Garment]) -> Garment | None:
    key, label = item
    if key not in known:
        try:
            image = load_picture(data / "garments" / "photos" / f"{key}.jpg")
            known[key] = pipeline.understand_garment(image, category=GARMENT_LABELS[label], photo="flat")
        except TryOnError:
            return None
    return known[key]


def cell_of(person: Person, garment: Garment, result_u8: RGBu8, title: str) -> RGBu8:
    """Person, garment and result beside each other, framed as the garment's category is."""
    crop = crop_for(person.pose, garment.category, size_of(person.image_u8), CELL[1], CELL[0])
    before, after = crop.cut(person.image_u8), crop.cut(result_u8)
    small = shrink_to(garment.image_u8, 160)
    middle = np.full((CELL[0], 160, 3), 255, np.uint8)
    middle[24 : 24 + small.shape[0], : small.shape[1]] = small[: CELL[0] - 24]
    cv2.putText(middle, title, (2, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
    return np.concatenate([before, middle, after], 1)


def write_sheets(pipeline: TryOnPipeline, data: Path, tries: Sequence[Try], out: Path) -> int:
    """Make the results, the sheets (``sheet_00.jpg``, ...) and ``grades.csv``; returns how many failed."""
    out.mkdir(parents=True, exist_ok=True)
    cells: list[RGBu8] = []
    failed = 0
    with (out / "grades.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["row", "group", "person", "garment", "label", "error", *QUESTIONS])
        for row, item in enumerate(tries):
            error = ""
            try:
                person = pipeline.understand_person(load_picture(data / "people" / "photos" / f"{item.person}.jpg"))
                garment = pipeline.understand_garment(
                    load_picture(data / "garments" / "photos" / f"{item.garment}.jpg"),
                    category=GARMENT_LABELS[item.label],
                    photo="flat",
                )
                result = pipeline.dress(person, garment)
                cells.append(cell_of(person, garment, result.image, f"{row} {item.group[:12]}"))
            except TryOnError as refused:
                failed, error = failed + 1, str(refused)
                cells.append(np.full((CELL[0], 2 * CELL[1] + 160, 3), 128, np.uint8))
            table.writerow([row, item.group, item.person, item.garment, item.label, error, *[""] * len(QUESTIONS)])
    for number, start in enumerate(range(0, len(cells), ACROSS * DOWN)):
        part = cells[start : start + ACROSS * DOWN]
        part += [np.full_like(part[0], 255)] * (-len(part) % ACROSS)
        lines = [np.concatenate(part[i : i + ACROSS], 1) for i in range(0, len(part), ACROSS)]
        cv2.imwrite(str(out / f"sheet_{number:02d}.jpg"), np.concatenate(lines, 0)[..., ::-1])
    return failed


def count_grades(path: Path) -> dict[str, dict[str, float]]:
    """Share of each question and of results that pass all, by group.

    Raises:
        BadRequestError: a row is not filled in.
    """
    out: dict[str, list[list[int]]] = {}
    for row in csv.DictReader(path.open(encoding="utf-8")):
        if any(row[q] not in ("0", "1") for q in QUESTIONS):
            raise BadRequestError(f"Row {row['row']} of {path.name} is not filled in: 1 or 0 for each question.")
        out.setdefault(row["group"], []).append([int(row[q]) for q in QUESTIONS])
    counted = {}
    for group, rows in out.items():
        values = np.array(rows)
        shares = {q: round(float(values[:, k].mean()), 3) for k, q in enumerate(QUESTIONS)}
        counted[group] = {**shares, "all": round(float(values.all(1).mean()), 3), "count": len(rows)}
    return counted


def main() -> None:
    """Command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=open_data_dir(), help="folder of the open data")
    parser.add_argument("--out", type=Path, default=Path("runs/grading"), help="folder for sheets and grades.csv")
    parser.add_argument("--weights", type=Path, help="folder of the weights")
    parser.add_argument("--seed", type=int, default=1, help="another seed chooses other people and garments")
    parser.add_argument("--only", choices=("categories", "exchanges"), help="one of the two lists")
    parser.add_argument("--limit", type=int, default=0, help="of each list, so many evenly spread")
    parser.add_argument("--grades", type=Path, help="a filled-in grades.csv: count it")
    args = parser.parse_args()
    if args.grades:
        print(json.dumps(count_grades(args.grades), indent=1))
        return
    pipeline = TryOnPipeline.from_pretrained(args.weights)
    lists = {"categories": lambda: choose_tries(args.data, args.seed),
             "exchanges": lambda: list(choose_exchanges(pipeline, args.data, args.seed))}  # fmt: skip
    for name, make in lists.items():
        if args.only in (None, name):
            tries = make()
            if args.limit:
                tries = tries[:: max(1, len(tries) // args.limit)][: args.limit]
            failed = write_sheets(pipeline, args.data, tries, args.out / name)
            print(f"{name}: {len(tries)} results, {failed} refused; fill in {args.out / name / 'grades.csv'}")


if __name__ == "__main__":
    main()
