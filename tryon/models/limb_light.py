"""Knees, shins and elbows: how light lies on bare limbs, measured on rendered bodies.

What is drawn as newly bare skin has the person's own tone and the roundness of its outline; a leg without a knee still
looks like a tube. The tables hold the light on straight limbs in the chart's coordinates, as a gain around 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tryon.geometry.limb_chart import LimbChart, chart_limb
from tryon.geometry.outline import unit_of
from tryon.models.weights import WEIGHTS_DIR, read_weights
from tryon.types import MaskF32, Pose

LIMB_LIGHT_NAME = "limb_light.safetensors"
LIMBS = {"leg": ((23, 25, 27), (24, 26, 28)), "arm": ((11, 13, 15), (12, 14, 16))}
REACH = {"leg": 0.34, "arm": 0.2}  # shoulder widths: the furthest that a limb's outline is from its bones
STRENGTH = 0.8  # of the tables: looked at on photos; all of it is a lamp above the person
HELD = (0.55, 1.2)  # gains beyond are the outline's, which is drawn by its own rule
SOFT = 1.2  # pixels: sigma over which neighbouring limbs meet
SEEN = 0.3  # visibility from which a limb's joints are believed


@dataclass(frozen=True)
class LimbLight:
    """tables: "leg" and "arm", (T, S) float32 gains around 1; along the limb, and across from its inner side."""

    tables: dict[str, NDArray[np.float32]]

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None) -> LimbLight:
        """Load ``limb_light.safetensors``.

        Raises:
            WeightsError: missing, damaged or foreign weights.
        """
        tensors, _ = read_weights((weights_dir or WEIGHTS_DIR) / LIMB_LIGHT_NAME)
        return cls({name: tensors[name].to(torch.float32).numpy() for name in LIMBS})

    def gain(self, skin: NDArray[np.bool_], pose: Pose, crease: NDArray[np.bool_] | None = None) -> MaskF32:
        """(h, w) float32 gain of bare limbs, 1 elsewhere.

        Args:
            skin: (h, w) bool, where skin is drawn. pose: in the same frame. crease: (h, w) bool, where limbs touch.
        """
        out = np.ones(skin.shape, np.float32)
        apart = skin if crease is None else skin & ~crease
        for name, chart in charts(apart, pose):
            found = sample(self.tables[name], chart)
            out[chart.rows, chart.columns] = np.clip(1 + STRENGTH * (found - 1), *HELD)
        return np.asarray(cv2.GaussianBlur(out, (0, 0), SOFT), np.float32)


def charts(skin: NDArray[np.bool_], pose: Pose) -> list[tuple[str, LimbChart]]:
    """The chart of each limb that can be seen, by its kind."""
    unit, found = unit_of(pose.points_px), []
    for name, sides in LIMBS.items():
        for side, joints in zip((1, -1), sides, strict=True):
            if pose.visibility[list(joints[1:])].min() < SEEN:
                continue
            axis = pose.points_px[list(joints)].astype(np.float32)
            chart = chart_limb(skin, axis, side, REACH[name] * unit)
            if chart is not None:
                found.append((name, chart))
    return found


def sample(table: NDArray[np.float32], chart: LimbChart) -> NDArray[np.float32]:
    """(N,) a table's values at a chart's pixels, bilinear."""
    rows, columns = table.shape
    y = np.clip(chart.along / 2 * rows - 0.5, 0, rows - 1)
    x = np.clip(chart.across * columns - 0.5, 0, columns - 1)
    y0, x0 = np.minimum(y.astype(int), rows - 2), np.minimum(x.astype(int), columns - 2)
    fy, fx = y - y0, x - x0
    top = (1 - fx) * table[y0, x0] + fx * table[y0, x0 + 1]
    low = (1 - fx) * table[y0 + 1, x0] + fx * table[y0 + 1, x0 + 1]
    return np.asarray((1 - fy) * top + fy * low, np.float32)
