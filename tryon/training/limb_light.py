"""Measures the light on bare limbs of rendered people: ``python -m tryon prepare limb-light``.

The broad light is the mean over straight limbs of many bodies in one soft light from above; the fine one (kneecap,
shin, the crook of an elbow) is a single limb's, since a mean over knees that lie a centimetre apart has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tryon.errors import BadRequestError
from tryon.geometry.outline import unit_of
from tryon.models.limb_light import LIMB_LIGHT_NAME, LIMBS, charts
from tryon.models.weights import WEIGHTS_DIR, save_weights
from tryon.settings import setting
from tryon.synth.record import NATIVE, Record
from tryon.synth.shards import RecordStore
from tryon.types import LABEL, Pose

F32 = NDArray[np.float32]
TABLE = (96, 33)  # along, across
LIGHT = (0.1, 0.55, 0.83)  # right, up, to the camera: an overcast street
AMBIENT = 0.5
STRAIGHT = {"leg": 0.98, "arm": 0.9}  # cosine between the two bones
LONG = {"leg": 0.8, "arm": 0.45}  # shoulder widths of the second bone: not seen from its end
FRONTAL = 0.8  # of the body's unit: shoulders that far apart face the camera
COVERED = 0.8  # share of a table's cells that a limb must show
BROAD = (9.0, 4.0)  # cells (along, across): sigma that parts broad light from fine
COMMAND = "python -m tryon prepare limb-light"


@dataclass(frozen=True)
class LimbLightSettings:
    """Measure the light on bare arms and legs of rendered people."""

    records: Path = setting(Path("data/records"), "folder of the rendered records")
    out: Path = setting(WEIGHTS_DIR / LIMB_LIGHT_NAME, "file to write")
    split: Literal["train", "validation"] = setting("train", "which of the shards")


def measure_limbs(store: RecordStore) -> dict[str, list[F32]]:
    """The light on each straight bare limb, by kind: (T, S) float32 around 1, NaN where it is not seen."""
    found: dict[str, list[F32]] = {name: [] for name in LIMBS}
    for number in range(len(store)):
        for name, table in limbs_of(store[number][0]):
            found[name].append(table)
    return found


def limbs_of(record: Record) -> Iterator[tuple[str, F32]]:
    """The light on the limbs of one record, in its pose of outfit a."""
    seen = record.pose.get("a")
    if seen is None:
        return
    points = (seen[:, :2] * 2 + 0.5).astype(np.float32)
    unit = unit_of(points)
    if np.linalg.norm(points[11] - points[12]) < FRONTAL * unit:
        return
    light = lit_skin(record)
    for side in ("left", "right"):
        for kind in LIMBS:
            joints = LIMBS[kind][0 if side == "left" else 1]
            if not straight(points[list(joints)], kind, unit):
                continue
            visible = np.zeros(33, np.float32)
            visible[list(joints)] = seen[list(joints), 3]
            mask = (record.body.labels == LABEL[f"{side}_{kind}"]) & (record.body.kind == 1)
            for name, chart in charts(mask, Pose(points, visible)):
                table = binned(light[chart.rows, chart.columns], chart.along, chart.across)
                if np.isfinite(table).mean() > COVERED:
                    yield name, table / np.float32(np.nanmedian(table))


def lit_skin(record: Record) -> F32:
    """(H, W) linear luminance of the undressed body in one soft light from above."""
    linear = (record.body.albedo.astype(np.float32) / 255) ** 2.2
    luminance = linear @ np.array([0.3, 0.6, 0.1], np.float32)
    normal = cv2.resize(record.body.normal.astype(np.float32) / 127, NATIVE[::-1], interpolation=cv2.INTER_LINEAR)
    direction = np.array(LIGHT, np.float32) / np.float32(np.linalg.norm(LIGHT))
    return np.asarray(luminance * (AMBIENT + (1 - AMBIENT) * np.clip(normal @ direction, 0, 1)), np.float32)


def straight(axis: F32, kind: str, unit: float) -> bool:
    """Whether a limb hangs or stands straight in the plane of the picture."""
    first, second = axis[1] - axis[0], axis[2] - axis[1]
    length = float(np.linalg.norm(second))
    cosine = float(first @ second) / max(float(np.linalg.norm(first)) * length, 1e-6)
    return cosine > STRAIGHT[kind] and length > LONG[kind] * unit and bool(first[1] > 0)


def binned(values: F32, along: F32, across: F32) -> F32:
    """(T, S) means of values at chart coordinates; NaN where there are none."""
    rows, columns = TABLE
    cell = np.minimum((along / 2 * rows).astype(int), rows - 1) * columns
    cell += np.minimum((across * columns).astype(int), columns - 1)
    total = np.bincount(cell, values, rows * columns)
    count = np.bincount(cell, minlength=rows * columns)
    with np.errstate(invalid="ignore"):
        return (total / np.where(count, count, np.nan)).reshape(TABLE).astype(np.float32)


def table_of(limbs: list[F32]) -> F32:
    """Broad light of all limbs times the fine light of one whose detail is the median of them.

    Raises:
        BadRequestError: too few limbs to tell.
    """
    if len(limbs) < 5:
        raise BadRequestError(f"Only {len(limbs)} straight bare limbs were found; make more records.")
    logs = [filled(np.log(np.clip(limb, 0.05, 4))) for limb in limbs]
    fine = [log - blurred(log) for log in logs]
    order = np.argsort([float(np.abs(f).mean()) for f in fine])
    broad = blurred(np.mean(logs, 0).astype(np.float32))
    gain = np.exp(broad + fine[int(order[len(order) // 2])])
    return np.asarray(gain / np.median(gain), np.float32)


def blurred(table: F32) -> F32:
    """A table's broad light."""
    return np.asarray(
        cv2.GaussianBlur(table, (0, 0), sigmaX=BROAD[1], sigmaY=BROAD[0], borderType=cv2.BORDER_REPLICATE), np.float32
    )


def filled(table: F32) -> F32:
    """A table whose unknown cells have the value of the nearest known one in their column, then row."""
    out = table.copy()
    for lines in (out.T, out):
        for line in lines:
            known = np.flatnonzero(np.isfinite(line))
            if 0 < len(known) < len(line):
                line[:] = np.interp(np.arange(len(line)), known, line[known])
    return np.nan_to_num(out)


def prepare_limb_light(settings: LimbLightSettings) -> dict[str, int]:
    """Measure the light and write its tables; returns how many limbs of each kind it is of.

    Raises:
        BadRequestError: there are no records, or too few limbs in them.
    """
    limbs = measure_limbs(RecordStore(settings.records, split=settings.split, views=False))
    tables = nn.Module()
    for name, found in limbs.items():
        tables.register_buffer(name, torch.from_numpy(table_of(found)))
    counts = {f"{name}s": len(found) for name, found in limbs.items()}
    save_weights(settings.out, tables, params={}, command=COMMAND, figures=counts)
    return counts
