"""Intersection over union of the parser's labels, on photos held out from training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tryon.person.parsing import Parser
from tryon.training.people_data import PersonRecord
from tryon.types import LABEL

# The eight classes that figures are given for: all skin names are joined, so left and right do not count.
JOINED: dict[str, tuple[str, ...]] = {
    "background": ("background",),
    "hair": ("hair",),
    "skin": ("face", "torso_skin", "left_arm", "right_arm", "left_leg", "right_leg"),
    "upper": ("upper",),
    "lower": ("lower",),
    "dress": ("dress",),
    "footwear": ("footwear",),
    "accessory": ("accessory",),
}


def join_table(groups: dict[str, tuple[str, ...]] = JOINED) -> np.ndarray:
    """(13,) uint8: index into LABELS -> index into the joined classes."""
    table = np.zeros(len(LABEL), np.uint8)
    for i, members in enumerate(groups.values()):
        for name in members:
            table[LABEL[name]] = i
    return table


def parsing_figures(parser: Parser, records: Sequence[PersonRecord]) -> dict[str, float]:
    """Parse each labelled record at its own resolution and compare.

    Returns:
        ``mean_iou`` over the joined classes, ``iou_<class>`` for each, and ``iou_clothing`` (upper,
        lower and dress as one), all over the pixels of all photos.
    """
    table, n = join_table(), len(JOINED)
    confusion = np.zeros((n, n), np.int64)
    for r in records:
        assert r.labels_u8 is not None
        got = table[parser.parse(r.image_u8, r.mask_u8.astype(np.float32) / 255, r.pose)]
        confusion += np.bincount(n * table[r.labels_u8].ravel().astype(int) + got.ravel(), minlength=n * n).reshape(
            n, n
        )
    union = confusion.sum(0) + confusion.sum(1) - np.diag(confusion)
    iou = np.diag(confusion) / np.maximum(union, 1)
    clothes = [list(JOINED).index(name) for name in ("upper", "lower", "dress")]
    inside = confusion[np.ix_(clothes, clothes)].sum()
    either = confusion[clothes].sum() + confusion[:, clothes].sum() - inside
    figures = {"mean_iou": float(iou.mean())}
    figures.update({f"iou_{name}": float(v) for name, v in zip(JOINED, iou, strict=True)})
    figures["iou_clothing"] = float(inside / max(either, 1))
    return figures
