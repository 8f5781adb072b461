"""Try-on on rendered validation pairs, where the truth is exact: people, garments and cloths that no network saw.

Each pair goes the way that a visitor's photo goes: the coarse warp with landmarks a little wrong, the plan of what may
change, the generator, the composite. Only finding the pose and the garment's mask is taken as done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tryon.evaluation.metrics import FeatureDistance
from tryon.evaluation.pair_scenes import Scene, finish_scene, flow_errors, make_scene, mask_iou
from tryon.evaluation.picture_figures import DISTANCES, F64, METRICS, compare, picture_values
from tryon.evaluation.variants import PastedWarp, draw_pictures, drawing_of
from tryon.pipeline import DRAW_HEIGHT, DRAW_WIDTH, Refine
from tryon.training.pairs import Pair, PairStore
from tryon.training.prepare_pairs import FRAME
from tryon.types import RGBu8

WARP_METRICS = ("flow_px", "flow_median_px", "mask_iou")
# as the network draws it, and as the composite finishes it at the photo's resolution
DRAWN, FINISHED = f"drawn {DRAW_HEIGHT}x{DRAW_WIDTH}", f"finished {FRAME[0]}x{FRAME[1]}"


@dataclass
class _Rows:
    """Values gathered pair by pair, by warp or by "warp, network"."""

    warp: dict[str, list[tuple[float, ...]]]
    drawn: dict[str, list[F64]]
    finished: dict[str, list[F64]]


def rendered_figures(
    store: PairStore,
    networks: Mapping[str, nn.Module],
    warps: Mapping[str, Refine | None],
    distance: FeatureDistance,
    *,
    count: int,
    finished: int,
) -> dict[str, Any]:
    """Figures on evenly spread pairs of a store.

    All variants of a pair are measured on the same edit region: whatever any warp may change, and where the new garment
    truly is.

    Args:
        store: validation pairs. networks: by name, the baseline first. warps: what corrects the coarse parts by name,
            ``{"coarse warp": None}`` first. distance: features.
        count: pairs. finished: how many of them are also finished at FRAME, as a result for a photo is.

    Returns:
        ``pairs``, ``finished``; ``warp``: by warp, WARP_METRICS (flow error in garment pixels at 512x384 where the
        garment is visible, mean and median of a pair; IoU of the garment's mask); DRAWN and FINISHED: by
        "warp, network", METRICS with ratios to the first; all ``[mean, low, high]`` with 95% bootstrap intervals.
    """
    numbers = np.unique(np.linspace(0, len(store) - 1, min(count, len(store))).round().astype(int))
    large = set(numbers[:: max(1, len(numbers) // finished)][:finished].tolist()) if finished else set()
    rows = _Rows({}, {}, {})
    for number in numbers.tolist():
        pair = store[number]
        scenes = {warp: make_scene(pair, refine) for warp, refine in warps.items()}
        for warp, scene in scenes.items():
            errors = flow_errors(pair, scene.parts)
            known = (float(errors.mean()), float(np.median(errors))) if len(errors) else (np.nan, np.nan)
            rows.warp.setdefault(warp, []).append((*known, mask_iou(pair, scene)))
        _draw_small(pair, scenes, networks, distance, rows.drawn)
        if number in large:
            _finish_large(pair, scenes, networks, distance, rows.finished)
    out: dict[str, Any] = {"pairs": len(numbers), "finished": len(large)}
    out["warp"] = compare({k: np.array(v) for k, v in rows.warp.items()}, WARP_METRICS, ("flow_px", "flow_median_px"))
    for name, table in ((DRAWN, rows.drawn), (FINISHED, rows.finished)):
        if table:
            out[name] = compare({k: np.concatenate(v) for k, v in table.items()}, METRICS, DISTANCES)
    return out


def _draw_small(
    pair: Pair,
    scenes: Mapping[str, Scene],
    networks: Mapping[str, nn.Module],
    distance: FeatureDistance,
    rows: dict[str, list[F64]],
) -> None:
    """Draw a pair at the generator's own size by every warp and network, and add the values to ``rows``."""
    cover = cv2.resize(pair.cover_f32, (DRAW_WIDTH, DRAW_HEIGHT), interpolation=cv2.INTER_AREA) > 0.5
    region = _map(np.any([cover, *(s.plan.region_f32 > 0.5 for s in scenes.values())], axis=0))
    for warp, scene in scenes.items():
        x = torch.from_numpy(scene.x)[None]
        truth = torch.from_numpy(scene.truth_f32).permute(2, 0, 1)[None]
        for name, net in networks.items():
            values = picture_values(draw_pictures(net, x), truth, region, distance)
            rows.setdefault(f"{warp}, {name}", []).append(values)


def _finish_large(
    pair: Pair,
    scenes: Mapping[str, Scene],
    networks: Mapping[str, nn.Module],
    distance: FeatureDistance,
    rows: dict[str, list[F64]],
) -> None:
    """Finish a pair at FRAME by every warp and network, and add the values to ``rows``."""
    done = {
        f"{warp}, {name}": finish_scene(scene, drawing_of(net).draw, lit=not isinstance(net, PastedWarp))
        for warp, scene in scenes.items()
        for name, net in networks.items()
    }
    cover = cv2.resize(pair.cover_f32, (FRAME[1], FRAME[0]), interpolation=cv2.INTER_LINEAR) > 0.5
    region = _map(np.any([cover, *(changed > 0.5 for _, changed in done.values())], axis=0))
    truth = _tensor(pair.worn_u8)
    for name, (picture, _) in done.items():
        rows.setdefault(name, []).append(picture_values(_tensor(picture), truth, region, distance))


def _tensor(image_u8: RGBu8) -> Tensor:
    return torch.from_numpy(image_u8.astype(np.float32) / 255).permute(2, 0, 1)[None]


def _map(mask: NDArray[np.bool_]) -> Tensor:
    return torch.from_numpy(mask.astype(np.float32))[None, None]
