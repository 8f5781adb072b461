"""Examples for the learned placement, read straight from rendered records: where the rules put a garment, where it is.

Every garment of a record is worn in the record's pose; its landmarks there and the exact flow from its flat views say
by how much each of the rules' answers is off.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.geometry.curves import point_at, unit
from tryon.synth.flows import flat_to_worn
from tryon.synth.garment_mesh import PART
from tryon.synth.record import HALF, INNER_BIT, PART_MASK, FlatView, GarmentInfo, GarmentLayer, Record
from tryon.synth.shards import Shard
from tryon.training.prepare_pairs import described
from tryon.types import Garment, Pose
from tryon.warp.adjust import NAMES, Adjustment, frame_of
from tryon.warp.body import ARM, LEG, SIDES, Side, Vector
from tryon.warp.limbs import Ribs, leg_ribs, sleeve_ribs
from tryon.warp.placement import BodyTargets, adjusted, body_targets, middle
from tryon.warp.placement_features import as_vector, feature_names, placement_features
from tryon.warp.torso import trunk_rows

F32 = NDArray[np.float32]
NEAR_PX = 4.0  # of the flat view: a point is seen where the flow comes so near to it
VIEWS = 2  # of a garment's flat views, drawn by chance


@dataclass(frozen=True)
class PlacementData:
    """Many examples: inputs (N, F) and answers (N, A), NaN where not known; float32. meta: kind and view of each."""

    inputs: F32
    answers: F32
    meta: list[dict[str, Any]]


def examples_of(
    record: Record, garments: Sequence[GarmentInfo], rng: np.random.Generator, *, error: float, copies: int
) -> Iterator[tuple[F32, F32, dict[str, Any]]]:
    """Inputs and answers of each garment of a record that one outfit's wearer tries on from the other.

    Args:
        record, garments: of a shard. rng: of the landmarks' errors. error: their one sigma, of the garment's height.
        copies: examples of each flat view, each with its own errors.
    """
    for name in ("a", "b"):
        found = record.pose.get(name)
        if found is None:
            continue
        pose = Pose(found[:, :2].astype(np.float32), found[:, 3].astype(np.float32))
        mask = record.mask[name].astype(np.float32) / 255
        for number, layer in enumerate(record.layers):
            if number in record.outfits[name]:
                continue
            info = garments[layer.garment]
            for chosen in rng.permutation(len(info.views))[:VIEWS]:
                view = info.views[int(chosen)]
                seen = WornView(view, layer)
                for _ in range(copies):
                    garment = view_garment(info, view, rng, error)
                    targets = body_targets(pose, garment, mask_f32=mask)
                    inputs = as_vector(placement_features(targets, garment, pose, mask))
                    meta = {"kind": targets.kind, "view": view.kind, "record": record.id}
                    yield inputs, true_answers(targets, garment, seen), meta


def view_garment(info: GarmentInfo, view: FlatView, rng: np.random.Generator, error: float) -> Garment:
    """A flat view as the analysis would describe it, without colours."""
    alpha = ((view.half_part > 0) & (view.half_part & INNER_BIT == 0)).astype(np.float32)
    return described(info, view, np.zeros((*HALF, 3), np.uint8), alpha, rng, error)


class WornView:
    """Where points of a flat view are seen on the body."""

    def __init__(self, view: FlatView, layer: GarmentLayer) -> None:
        self.marks = layer.landmarks_px
        self.part = layer.half_part & PART_MASK
        self.any = layer.half_part > 0
        source = flat_to_worn(view, layer).source_px
        rows, columns = np.nonzero(np.isfinite(source[::2, ::2, 0]))  # every second pixel: near enough, and fast
        self._at = np.stack([2 * columns, 2 * rows], 1).astype(np.float64)
        self._source = source[2 * rows, 2 * columns].astype(np.float32)
        self._source_part = self.part[2 * rows, 2 * columns]

    def find(self, point_px: Vector) -> Vector | None:
        """The worn pixel that shows a point of the view, None where nothing does."""
        if len(self._at) == 0:
            return None
        distance = ((self._source - point_px.astype(np.float32)) ** 2).sum(1)
        best = int(distance.argmin())
        return self._at[best] if distance[best] < NEAR_PX**2 else None

    def trunk_sides(self, targets: BodyTargets) -> dict[str, Vector]:
        """Where the trunk's corners would be seen if they faced the viewer, by name.

        Side seams turn away or hide behind the body; so the trunk that is seen is described as a cylinder, quadratic
        in the sine of the angle and in the height, and followed to its sides.
        """
        src = targets.source_px
        first, _ = _rows_of(targets)
        on = (self._source_part == PART["torso"] + 1) | (self._source_part == PART["skirt"] + 1)
        if on.sum() < 100:
            return {}
        top, low = middle(src, first), middle(src, "hem")
        along = unit(low - top)
        across = np.array([along[1], -along[0]])
        length = float((low - top) @ along)
        place = self._source[on] - top
        t = place @ along / length
        halves = [float(np.linalg.norm(src[f"{n}_right"] - src[f"{n}_left"])) / 2 for n in (first, "hem")]
        u = place @ across / np.maximum(halves[0] + np.clip(t, 0, 1) * (halves[1] - halves[0]), 2.0)
        inside = (t > -0.1) & (t < 1.1) & (np.abs(u) < 1.0)
        if inside.sum() < 100 or np.ptp(u[inside]) < 1.0 or np.ptp(t[inside]) < 0.5:
            return {}
        s = np.sin(u[inside] * np.pi / 2)
        t, at = t[inside], self._at[on][inside]

        def terms(s: NDArray, t: NDArray) -> NDArray:
            return np.stack([np.ones_like(s), s, t, s * t, t * t, s * s], 1)

        weights, *_ = np.linalg.lstsq(terms(s, t), at, rcond=None)
        names = [f"{name}_{side}" for name in (first, "hem") for side in SIDES]
        found = terms(np.array([-1.0, 1.0, -1.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0])) @ weights
        return dict(zip(names, found, strict=True))

    def half_width(self, center: Vector, across: Vector, part: int, limit: float) -> float | None:
        """Half the width of a part through a point, None off the part."""
        steps = np.arange(-limit, limit, 0.5)
        at = np.round(center + steps[:, None] * across).astype(int)
        h, w = self.part.shape
        inside = (at[:, 0] >= 0) & (at[:, 0] < w) & (at[:, 1] >= 0) & (at[:, 1] < h)
        on = np.zeros(len(steps), bool)
        on[inside] = self.part[at[inside, 1], at[inside, 0]] == part + 1
        middle = len(steps) // 2
        near = np.flatnonzero(on)
        if len(near) == 0 or np.abs(near - middle).min() > 0.3 * limit:
            return None
        start = int(near[np.abs(near - middle).argmin()])
        right = np.flatnonzero(~on[start:])
        left = np.flatnonzero(~on[: start + 1][::-1])
        if len(right) == 0 or len(left) == 0:
            return None
        return 0.25 * float(right[0] + left[0] - 1)


def true_answers(targets: BodyTargets, garment: Garment, seen: WornView) -> F32:
    """By how much the rules' answers are off, as ``tryon.warp.adjust`` counts; NaN where it is not known.

    Args:
        targets: the rules' answers, in the frame of the record's half pictures. garment: a flat view. seen: worn.

    Returns:
        (len(NAMES),) float32.
    """
    found: dict[str, float] = {}
    axes, sw = frame_of(targets.body), targets.body.full_width
    shift: dict[str, Vector] = {}
    sides = {} if targets.kind == "trousers" else seen.trunk_sides(targets)
    for name, point in targets.points_px.items():
        mark = seen.marks.get(name)
        there = np.array(mark[:2]) if mark is not None else seen.find(targets.source_px[name])
        there = sides.get(name, there)
        if there is None:
            continue
        shift[name] = there - point
        found[f"{name}.x"], found[f"{name}.y"] = (float(v) for v in axes @ shift[name] / sw)
    moved = adjusted(targets, Adjustment(shift))
    if targets.kind != "trousers":
        _front_answer(found, moved, seen)
    sleeved = "cuff_out_left" in targets.source_px and targets.kind in ("upper", "dress")
    if sleeved or targets.kind == "trousers":
        for side in SIDES:
            ribs = (sleeve_ribs if sleeved else leg_ribs)(moved, garment, side)
            _limb_answers(found, moved, ribs, side, seen, sleeved)
    return np.array([found.get(name, np.nan) for name in NAMES], np.float32)


def _front_answer(found: dict[str, float], targets: BodyTargets, seen: WornView) -> None:
    """By how much the trunk's front is off between its first and last row, which are right already."""
    first, count = _rows_of(targets)
    source, target = (rows[1:-1, 1] for rows in trunk_rows(targets, first, "hem", count))
    there = [(seen.find(place), point) for place, point in zip(source, target, strict=True)]
    off = [float(targets.body.across @ (at - point)) for at, point in there if at is not None]
    if off:
        found["front.x"] = float(np.mean(off)) / targets.body.full_width


def _rows_of(targets: BodyTargets) -> tuple[str, int]:
    """The landmark of the trunk's first row, and how many rows there are."""
    return ("waist" if targets.kind == "skirt" else "armpit"), (6 if targets.kind == "dress" else 4)


def _limb_answers(
    found: dict[str, float], targets: BodyTargets, ribs: Ribs, side: Side, seen: WornView, sleeved: bool
) -> None:
    """Length and widths of a sleeve or leg against the rules'."""
    body = targets.body
    axis = np.stack([body.joints[j, side] for j in (ARM if sleeved else LEG)])
    names = ("cuff_out", "cuff_in") if sleeved else ("leg_out", "leg_in")
    marks = [seen.marks.get(f"{name}_{side}") for name in names]
    if marks[0] is None or marks[1] is None:
        return
    end = (np.array(marks[0][:2]) + np.array(marks[1][:2])) / 2
    length = _along(axis, ribs.knots, end) - ribs.start
    if length < 0.1 * ribs.knots[1]:
        return
    found[f"length_{side}"] = float(np.log(length / ribs.length))
    # the subject's own sides
    part = PART[f"{'right' if (side == 'left') == body.faces else 'left'}_{'sleeve' if sleeved else 'leg'}"]
    at = np.linspace(0.0, ribs.length, len(ribs.half))
    for name, place in (("end", 0.9 * length), ("elbow", float(ribs.knots[1]) - ribs.start)):
        if name == "elbow" and length < 1.15 * place:
            continue
        along = point_at(axis, ribs.start + place + 2, ribs.knots) - point_at(axis, ribs.start + place - 2, ribs.knots)
        across = np.array([-along[1], along[0]])
        center = point_at(axis, ribs.start + place, ribs.knots)
        half = seen.half_width(center, unit(across), part, 0.6 * body.full_width)
        if half is not None and half > 1:
            share = np.clip(place / max(length, 1e-6), 0, 1) * ribs.length
            found[f"{name}_{side}"] = float(np.log(half / np.interp(share, at, ribs.half)))


def _along(axis: NDArray, knots: NDArray, point: Vector) -> float:
    """How far along a limb a point lies, in the knots' measure; a little beyond its end at most."""
    best, where = np.inf, 0.0
    for k in range(len(axis) - 1):
        step = axis[k + 1] - axis[k]
        t = float((point - axis[k]) @ step / max(float(step @ step), 1e-6))
        t = float(np.clip(t, 0.0, 1.2 if k == len(axis) - 2 else 1.0))
        distance = float(np.linalg.norm(axis[k] + t * step - point))
        if distance < best:
            best, where = distance, float(knots[k] + t * (knots[k + 1] - knots[k]))
    return where


def read_placements(
    paths: list[Path], cache: Path, *, seed: int, error: float, copies: int, limit: int = 0
) -> PlacementData:
    """Examples of all records of some shards; those of a whole shard are kept in ``cache`` for the next time.

    Raises:
        BadRequestError: there are none.
    """
    found = [_of_shard(path, cache, seed, error, copies, limit) for path in paths]
    found = [data for data in found if len(data.inputs)]
    if not found:
        raise BadRequestError("No records to learn placement from. Make them: python -m tryon synth")
    return PlacementData(
        np.concatenate([d.inputs for d in found]),
        np.concatenate([d.answers for d in found]),
        [facts for d in found for facts in d.meta],
    )


def _of_shard(path: Path, cache: Path, seed: int, error: float, copies: int, limit: int) -> PlacementData:
    kept = cache / f"{path.stem}.npz"
    names = [*feature_names(), *NAMES]
    if kept.is_file() and not limit:
        with np.load(kept) as held:
            facts = json.loads(str(held["facts"]))
            if facts == {"names": names, "seed": seed, "error": error, "copies": copies}:
                return PlacementData(held["inputs"], held["answers"], json.loads(str(held["meta"])))
    shard = Shard(path)
    inputs, answers, meta = [], [], []
    for index in range(min(len(shard), limit) if limit else len(shard)):
        rng = np.random.default_rng((seed, int(shard.facts["number"]), index))
        for x, y, facts in examples_of(shard.record(index), shard.garments, rng, error=error, copies=copies):
            inputs.append(x)
            answers.append(y)
            meta.append(facts)
    data = PlacementData(
        np.array(inputs, np.float32).reshape(-1, len(feature_names())),
        np.array(answers, np.float32).reshape(-1, len(NAMES)),
        meta,
    )
    if not limit:
        cache.mkdir(parents=True, exist_ok=True)
        facts = {"names": names, "seed": seed, "error": error, "copies": copies}
        np.savez_compressed(
            kept, inputs=data.inputs, answers=data.answers, meta=json.dumps(meta), facts=json.dumps(facts)
        )
    return data
