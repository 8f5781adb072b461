"""Which ingredient of the rendered pictures makes them pass for photos: one left out at a time.

``python -m tryon.evaluation.realism_study --records data/records`` prints a table as Markdown. Real pictures are the
open street photos; rendered ones are the same records each time, on streets, cropped by pose alike, in the same
shares of framings, and never beyond the picture's edge.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tryon.evaluation.realism import PooledFeatures, Verdict, features_of, tell_apart
from tryon.geometry.crops import crop_for, size_of
from tryon.synth.compose import ComposeSettings
from tryon.training.people_data import PersonRecord, read_people
from tryon.training.rendered_people import RenderedPeople
from tryon.types import CATEGORIES, Category, RGBu8

HEIGHT, WIDTH = 256, 192
SIZE = (640, 480)  # of the rendered picture that is cropped
INSIDE = 0.98  # share of a crop that must lie in the picture: repeated edges would give rendered half figures away
TRIES = 4  # of drawing somebody whom some framing shows whole
BASE = ComposeSettings(grounds=("street",))


def variants(base: ComposeSettings = BASE) -> dict[str, ComposeSettings]:
    """Name to settings: everything, then each ingredient left out."""
    light, lens = base.light, base.lens
    off = replace(lens, **dict.fromkeys(lens.__dataclass_fields__, False))
    return {
        "everything": base,
        "no ambient light from directions": replace(base, light=replace(light, ambient=False)),
        "no ambient occlusion": replace(base, light=replace(light, occlusion=False)),
        "no shadows on the person": replace(base, light=replace(light, shadow=False)),
        "no wrapped light on skin": replace(base, light=replace(light, wrap=False)),
        "no highlights": replace(base, light=replace(light, shine=False)),
        "no rim light": replace(base, light=replace(light, rim=False)),
        "no blotches of skin": replace(base, light=replace(light, mottle=False)),
        "no weave": replace(base, light=replace(light, weave=False)),
        "folds as smooth as the mesh": replace(base, light=replace(light, crisp=0.0)),
        "no shadow on the ground": replace(base, floor_shadow=False),
        "person's light not matched to the street": replace(base, match=False),
        "person not exposed for": replace(base, expose=False),
        "no lens blur": replace(base, lens=replace(lens, blur=False)),
        "no noise": replace(base, lens=replace(lens, noise=False)),
        "no JPEG": replace(base, lens=replace(lens, jpeg=False)),
        "no lens at all": replace(base, lens=off),
        "shop backdrops for streets": replace(base, grounds=("shop",)),
    }


def framing_of(person: PersonRecord, number: int) -> Category | None:
    """Which framing shows a person without leaving the picture; ``number`` says which is tried first."""
    h, w = size_of(person.image_u8)
    for step in range(len(CATEGORIES)):
        category = CATEGORIES[(number + step) % len(CATEGORIES)]
        crop = crop_for(person.pose, category, (h, w), WIDTH, HEIGHT)
        wide, tall = WIDTH / crop.scale, HEIGHT / crop.scale
        inside_x = min(crop.x0 + wide, w) - max(crop.x0, 0)
        inside_y = min(crop.y0 + tall, h) - max(crop.y0, 0)
        if min(inside_x, inside_y) > 0 and inside_x * inside_y >= INSIDE * wide * tall:
            return category
    return None


def crop_of(person: PersonRecord, category: Category) -> RGBu8:
    """The crop (HEIGHT, WIDTH, 3) of a person."""
    return crop_for(person.pose, category, size_of(person.image_u8), WIDTH, HEIGHT).cut(person.image_u8)


def rendered_crops(people: RenderedPeople, count: int, seed: int) -> tuple[list[RGBu8], list[Category]]:
    """Crops of ``count`` rendered people with their framings; equal seeds take equal records."""
    crops: list[RGBu8] = []
    framings: list[Category] = []
    for k in range(count):
        for again in range(TRIES):
            person = people.draw(np.random.default_rng([seed, k, again]), SIZE)
            framing = framing_of(person, k)
            if framing is not None:
                crops.append(crop_of(person, framing))
                framings.append(framing)
                break
    return crops, framings


def real_crops(photos: Sequence[PersonRecord], framings: Sequence[Category]) -> list[RGBu8]:
    """Crops of the photos, in the same shares of framings as these; people who leave the picture are left out."""
    order = {category: k for k, category in enumerate(CATEGORIES)}
    out = []
    for number, photo in enumerate(photos):
        wanted = framings[number % len(framings)]
        if framing_of(photo, order[wanted]) == wanted:
            out.append(crop_of(photo, wanted))
    return out


def study(
    people: RenderedPeople, photos: Sequence[PersonRecord], count: int, seed: int, names: Sequence[str] | None = None
) -> dict[str, Verdict]:
    """The judge's verdict on each variant (see ``variants``), or on those named."""
    net = PooledFeatures()
    real_features = None
    out = {}
    for name, settings in variants().items():
        if names is not None and name not in names:
            continue
        people.settings = settings
        crops, framings = rendered_crops(people, count, seed)
        if real_features is None:
            real_features = features_of(real_crops(photos, framings), net)
        out[name] = tell_apart(features_of(crops, net), real_features)
    return out


def table(verdicts: dict[str, Verdict]) -> str:
    """Markdown."""
    lines = ["| rendered pictures | judge's accuracy | change |", "|---|---|---|"]
    first = next(iter(verdicts.values())).accuracy
    for name, verdict in verdicts.items():
        change = f"{verdict.accuracy - first:+.3f}" if verdict.accuracy != first else ""
        lines.append(f"| {name} | {verdict.accuracy:.3f} ± {verdict.interval:.3f} | {change} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=Path, default=Path("data/records"))
    parser.add_argument("--people", type=Path, default=Path("data/people"), help="shards of the street photos")
    parser.add_argument("--count", type=int, default=400, help="rendered pictures of each variant")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", help="variants by name")
    args = parser.parse_args()
    started = time.monotonic()
    photos = sorted([*read_people(args.people), *read_people(args.people, labelled=False)], key=lambda r: r.key)
    verdicts = study(RenderedPeople(args.records), photos, args.count, args.seed, args.only)
    print(f"{args.count} rendered people, {len(photos)} photos, {time.monotonic() - started:.0f} s\n")
    print(table(verdicts))


if __name__ == "__main__":
    main()
