"""How wrong pose and parsing are on rendered people, and the worst of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from tryon.errors import NoPersonError
from tryon.evaluation.card_sheet import Row, crop_to
from tryon.evaluation.parsing_figures import JOINED, join_table
from tryon.evaluation.rendered_figures import JOINTS
from tryon.person.analyzer import PersonAnalyzer
from tryon.stages import draw_overlay, draw_pose
from tryon.synth.cloth_choice import ClothChoice
from tryon.synth.compose import compose, sample_look
from tryon.synth.record import HALF, RECORD_LABELS, Record
from tryon.synth.shards import RecordStore
from tryon.types import LABEL, LabelsU8, Person, PointsF32, RGBu8

SIZE = HALF  # (H, W): twice what is printed
LEAST = 0.004  # of the picture: a class that is smaller is wrong or right by chance
COLLAR_INSIDE = RECORD_LABELS.index("collar_inside")
TRUE_JOINT = (20, 200, 60)


@dataclass(frozen=True)
class Seen:
    """A rendered person with the truth and what was understood.

    image_u8: SIZE. labels_u8: true, index into LABELS. joints_px: joint and side ("wrist", 0 for the person's left)
    to its true place. person: None where nobody was found.
    """

    name: str
    family: str
    image_u8: RGBu8
    labels_u8: LabelsU8
    joints_px: dict[tuple[str, int], PointsF32]
    person: Person | None


def look_at_people(records: Path, count: int, seed: int, people: PersonAnalyzer) -> Iterator[Seen]:
    """Draw people of the validation split, spread evenly, on drawn grounds in drawn cloths, and understand them.

    Args:
        records: folder of shards. count: how many. seed: of cloths, lights and grounds. people: the networks.
    """
    store = RecordStore(records, split="validation", views=False)
    cloths = ClothChoice(None)
    for number in np.unique(np.linspace(0, len(store) - 1, min(count, len(store))).astype(int)):
        record, garments = store[int(number)]
        rng = np.random.default_rng((seed, int(number)))
        names = [name for name in record.outfits if name != "undressed"]
        name = names[int(rng.integers(len(names)))]
        outfit = record.outfits[name]
        look = sample_look(rng, record, garments, outfit, paint=cloths.any)
        view = compose(record, garments, outfit, look, SIZE)
        worn = {garments[record.layers[k].garment].category for k in outfit}
        collar = LABEL["dress" if "dress" in worn and "upper" not in worn else "upper"]
        labels = np.where(view.labels_u8 == COLLAR_INSIDE, collar, view.labels_u8).astype(np.uint8)
        try:
            person = people(view.image_u8)
        except NoPersonError:
            person = None
        yield Seen(f"{record.id}-{name}", str(record.meta["pose"]), view.image_u8, labels, _joints(record), person)


def overlaps(seen: Seen) -> dict[str, float]:
    """Intersection over union of each joined class that the photo shows enough of."""
    if seen.person is None:
        return {}
    table = join_table()
    truth, answer = table[seen.labels_u8], table[seen.person.labels_u8]
    out = {}
    for index, name in enumerate(JOINED):
        a, b = truth == index, answer == index
        if a.mean() >= LEAST:
            out[name] = float((a & b).sum() / (a | b).sum())
    return out


def joint_errors(seen: Seen) -> dict[tuple[str, int], float]:
    """Distance of each joint inside the picture from its bone, in torso lengths."""
    if seen.person is None:
        return {}
    unit = _torso(seen)
    out = {}
    for (joint, side), at in seen.joints_px.items():
        if (at > 6).all() and at[0] < SIZE[1] - 6 and at[1] < SIZE[0] - 6:
            found = seen.person.pose.points_px[JOINTS[joint][side][1]]
            out[joint, side] = float(np.linalg.norm(found - at)) / unit
    return out


def mirrored(seen: Seen) -> bool:
    """Whether left and right of shoulders and hips were exchanged."""
    if seen.person is None:
        return False
    own, other = 0.0, 0.0
    for joint in ("shoulder", "hip"):
        for side in (0, 1):
            found = seen.person.pose.points_px[JOINTS[joint][side][1]]
            own += float(np.linalg.norm(found - seen.joints_px[joint, side]))
            other += float(np.linalg.norm(found - seen.joints_px[joint, 1 - side]))
    return other < 0.7 * own


def parsing_rows(people: Sequence[Seen], classes: Sequence[str]) -> tuple[list[Row], list[str]]:
    """For each class the person with the lowest overlap, nobody twice; and the figures as Markdown lines."""
    rows, lines, used = [], ["| class | worst | median | photos that show it |", "|---|---|---|---|"], set()
    scores = [overlaps(seen) for seen in people]
    for name in classes:
        known = sorted((score[name], index) for index, score in enumerate(scores) if name in score)
        if not known:
            continue
        middle = float(np.median([value for value, _ in known]))
        lines.append(f"| {name} | {known[0][0]:.2f} | {middle:.2f} | {len(known)} |")
        value, index = next(((v, i) for v, i in known if i not in used), known[0])
        used.add(index)
        seen = people[index]
        assert seen.person is not None
        pictures = (
            seen.image_u8,
            draw_overlay(seen.image_u8, seen.labels_u8),
            draw_overlay(seen.image_u8, seen.person.labels_u8),
        )
        caption = f"{name}: overlap {value:.2f}, median {middle:.2f}"
        rows.append(Row(caption, crop_to(pictures, _figure_box(seen))))
    return rows, lines


def pose_rows(people: Sequence[Seen], count: int) -> tuple[list[Row], list[str]]:
    """Whom the pose missed, then whom it mirrored, then the worst joints; and the figures as Markdown lines."""
    missed = [seen for seen in people if seen.person is None]
    turned = [seen for seen in people if mirrored(seen)]
    worst = sorted(
        ((max(errors.values()), seen) for seen in people if (errors := joint_errors(seen)) and not mirrored(seen)),
        key=lambda pair: -pair[0],
    )
    middle = float(np.median([value for value, _ in worst]))
    rows = [Row(f"nobody found ({seen.family})", _pose_pictures(seen)) for seen in missed[: count // 3]]
    rows += [Row(f"left and right exchanged ({seen.family})", _pose_pictures(seen)) for seen in turned[: count // 3]]
    for value, seen in worst[: count - len(rows)]:
        errors = joint_errors(seen)
        joint, side = max(errors, key=lambda key: errors[key])
        rows.append(Row(f"{('left', 'right')[side]} {joint} off by {value:.2f} torso lengths", _pose_pictures(seen)))
    lines = [
        f"nobody found: {len(missed)} of {len(people)}; left and right exchanged: {len(turned)}",
        f"worst joint of a person: median {middle:.2f} torso lengths, worst {worst[0][0]:.2f}",
    ]
    return rows, lines


def _joints(record: Record) -> dict[tuple[str, int], PointsF32]:
    return {
        (joint, side): np.asarray(record.joints_px[bone], np.float32)
        for joint, sides in JOINTS.items()
        for side, (bone, _) in enumerate(sides)
    }


def _torso(seen: Seen) -> float:
    shoulders = (seen.joints_px["shoulder", 0] + seen.joints_px["shoulder", 1]) / 2
    hips = (seen.joints_px["hip", 0] + seen.joints_px["hip", 1]) / 2
    return max(float(np.linalg.norm(shoulders - hips)), 1.0)


def _pose_pictures(seen: Seen) -> tuple[RGBu8, ...]:
    """The photo with the true joints, and what was found."""
    truth = seen.image_u8.copy()
    for at in seen.joints_px.values():
        cv2.circle(truth, (round(float(at[0])), round(float(at[1]))), 5, TRUE_JOINT, 2, cv2.LINE_AA)
    found = np.full_like(truth, 225) if seen.person is None else draw_pose(seen.person)
    return crop_to((truth, found), _figure_box(seen))


def _figure_box(seen: Seen) -> tuple[int, int, int, int]:
    """The figure with a margin, in the proportions of the picture or wider: all of its truth and its answer."""
    there = seen.labels_u8 > 0
    ys, xs = np.nonzero(there)
    margin = int(0.06 * (np.ptp(ys) + 1))
    y0, y1 = max(0, int(ys.min()) - margin), min(SIZE[0], int(ys.max()) + 1 + margin)
    wide = max(int(np.ptp(xs)) + 1 + 2 * margin, round(0.62 * (y1 - y0)))
    x0 = int(np.clip((xs.min() + xs.max() - wide) // 2, 0, max(0, SIZE[1] - wide)))
    return x0, y0, min(SIZE[1], x0 + wide), y1
