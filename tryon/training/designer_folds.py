"""Choose the garments whose folds the designer borrows: spread over the cuts of each label."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch

from tryon.models.design_details import DETAILS, LABEL_NAMES
from tryon.models.fold_library import FoldLibrary, FoldParams, choose_spread
from tryon.training.designer_data import Round, chain_of_record, records, shards

EACH = 8  # of a label
BEYOND = 2.5  # pixels of blur with which light is carried over the outline


def collect_folds(data: Path, how: Round) -> tuple[FoldLibrary, dict[str, float]]:
    """Build the library from the drawn shards; returns it, and how many garments it was chosen from.

    Raises:
        BadRequestError: there are no shards.
    """
    found = []
    for record in records(shards(data, "drawn", 1 if how.smoke else 6)):
        chain = chain_of_record(record)
        if chain is not None and chain.asymmetry_cm < 1.2:
            found.append((record, chain))
    chosen = []
    for label in range(len(LABEL_NAMES)):
        mine = [pair for pair in found if int(pair[0]["label"]) == label]
        if not mine:
            continue
        features = np.stack([np.concatenate([c.points.ravel() / 10, 3 * r["details"]]) for r, c in mine])
        chosen += [mine[int(i)] for i in choose_spread(features.astype(np.float32), EACH)]
    params = FoldParams(count=len(chosen), details=len(DETAILS))
    library = FoldLibrary(params)
    size = (params.width, params.height)
    for i, (record, chain) in enumerate(chosen):
        layers = cv2.imdecode(record["png"], cv2.IMREAD_UNCHANGED)
        whole = cv2.imdecode(record["whole"], cv2.IMREAD_GRAYSCALE)
        light = beyond_border(np.asarray(layers[..., 0], np.float32), np.asarray(whole, np.float32) / 255)
        scale = params.width / layers.shape[1]
        count = len(chain.points)
        library.light[i] = torch.from_numpy(
            np.clip(np.round(cv2.resize(light, size, interpolation=cv2.INTER_AREA)), 0, 255).astype(np.uint8)
        )
        library.halves[i, :, :count] = torch.from_numpy((chain.halves_px + 0.5) * scale - 0.5)
        library.cm[i, :count] = torch.from_numpy(chain.points)
        library.details[i] = torch.from_numpy(record["details"])
        library.label[i] = int(record["label"])
    return library, {"chosen": float(len(chosen)), "of": float(len(found))}


def beyond_border(light: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Light (H, W) carried over the border of the silhouette (H, W) 0..1, so that bending mixes in no darkness."""
    sure = (whole > 0.95).astype(np.float32)
    out, known = light * sure, sure.copy()
    for sigma in (BEYOND, 3 * BEYOND, 12 * BEYOND):
        weight = cv2.GaussianBlur(known, (0, 0), sigma)
        soft = cv2.GaussianBlur(out * known, (0, 0), sigma) / np.maximum(weight, 1e-4)
        new = (known == 0) & (weight > 0.02)
        out = np.where(new, soft, out)
        known = np.where(new, 1, known).astype(np.float32)
    mean = float(light[sure > 0].mean()) if sure.any() else 0.0
    return np.asarray(np.where(known > 0, out, mean), np.float32)
