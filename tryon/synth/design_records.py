"""Shards for the designer: how drawn garments are made (outline, light, trims), and swatches of drawn cloth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.models.design_details import LABEL_NAMES
from tryon.settings import REPOSITORY, setting
from tryon.synth.design_cuts import random_cut
from tryon.synth.fabrics import Fabric
from tryon.synth.flat import FlatCanvas, Look, Studio, lay_garment, shade_canvas

U8 = NDArray[np.uint8]
HEIGHT, WIDTH = 320, 240  # a gallery picture's shape, at twice a tile's size in the page
SHADE_RANGE = 1.5  # linear light over the cloth's own colour that a byte's 255 stands for
# what is what is told by pure colours: red the shell, green ribs, blue whatever keeps a colour of its own
LAYERS = Look(
    {
        "shell": Fabric(("#ff0000",), weave="twill"), "lining": Fabric(("#ff0000",), weave="twill"),
        **{name: Fabric(("#00ff00",), weave="twill") for name in ("rib", "turn_up")},
        **{name: Fabric(("#0000ff",), weave="twill") for name in ("label", "button", "cord", "zip")},
    }
)  # fmt: skip


@dataclass(frozen=True)
class DesignRecordSettings:
    """How many garments to lay out, and where to."""

    out: Path = setting(REPOSITORY / "data" / "designs", "folder for the shards")
    count: int = setting(3600, "garments; the drawing network no longer over-fits from about 2,500")
    shard: int = setting(400, "garments a shard; about 20 MB")
    seed: int = setting(5, "of all random choices")
    first: int = setting(0, "shard to begin with, to go on or to share the work")
    every: int = setting(1, "make each so-manieth shard only")


def draw_record(seed: tuple[int, ...]) -> dict[str, Any]:
    """One garment's layers.

    Returns:
        label: index into LABEL_NAMES. details: (len(DETAILS),) float32. ppc: pixels a centimetre. names, points:
        landmarks, (N, 2) float32 pixels. png: the layers, (H, W, 4) uint8 encoded: light (255 is SHADE_RANGE),
        inside of the back, ribs, hardware; whole: (H, W) uint8 encoded, everything that is seen.
    """
    rng = np.random.default_rng(seed)
    label = int(rng.integers(len(LABEL_NAMES)))
    cut = random_cut(LABEL_NAMES[label], rng)
    studio = Studio(width=WIDTH, height=HEIGHT, supersample=2, fill=0.90, wobble_cm=float(rng.uniform(0.1, 0.35)))
    look = Look(LAYERS.fabrics, (), 0.11, float(rng.uniform(0.9, 1.5)), float(rng.choice([1.0, 1.3])))
    canvas = lay_garment(cut.pattern, look, studio, rng)
    layers, whole = reduce_layers(canvas, studio)
    names = list(cut.pattern.landmarks)
    points = canvas.to_px(np.array([cut.pattern.landmarks[n] for n in names], np.float64)) / studio.supersample - 0.5
    encode = lambda a: cv2.imencode(".png", a, [cv2.IMWRITE_PNG_COMPRESSION, 4])[1].reshape(-1)  # noqa: E731
    return {
        "label": label,
        "details": cut.details,
        "ppc": np.float32(canvas.ppc / studio.supersample),
        "names": np.array(names),
        "points": points.astype(np.float32),
        "png": encode(layers),
        "whole": encode(whole),
    }


def reduce_layers(canvas: FlatCanvas, studio: Studio) -> tuple[U8, U8]:
    """The layers (H, W, 4) and the whole (H, W), uint8, of a garment laid with ``LAYERS``."""
    shade, _ = shade_canvas(canvas)
    tone = canvas.colour.sum(-1)  # thread and grain darken the pure colours
    share = canvas.colour / np.maximum(tone, 1e-3)[..., None]
    whole = np.maximum(canvas.front, canvas.inside)
    planes = [
        np.clip(shade * tone / SHADE_RANGE, 0, 1) * whole,
        canvas.inside,
        share[..., 1] * whole,
        share[..., 2] * whole,
        whole,
    ]
    size = (studio.width, studio.height)
    small = [cv2.resize(plane.astype(np.float32), size, interpolation=cv2.INTER_AREA) for plane in planes]
    small[0] = small[0] / np.maximum(small[4], 1 / 255)  # light of the cloth alone at its edge
    out = [np.round(np.clip(plane, 0, 1) * 255).astype(np.uint8) for plane in small]
    return np.dstack(out[:4]), out[4]


def draw_records(settings: DesignRecordSettings) -> list[Path]:
    """Write ``drawn_00.npz``, …; each garment comes from a generator of its own number; existing shards stay."""
    settings.out.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    paths = []
    for shard in range(settings.first, -(-settings.count // settings.shard), settings.every):
        path = settings.out / f"drawn_{shard:02d}.npz"
        paths.append(path)
        if path.exists():
            continue
        numbers = range(shard * settings.shard, min((shard + 1) * settings.shard, settings.count))
        write_records(path, [draw_record((settings.seed, number)) for number in numbers])
        print(f"{path.name}: {len(numbers)} garments", flush=True)
    return paths


def write_records(path: Path, records: list[dict[str, Any]]) -> None:
    """A shard: one object array for each field, written atomically."""
    arrays = {}
    for name in records[0]:
        column = np.empty(len(records), object)
        column[:] = [record[name] for record in records]
        arrays[name] = column
    part = path.with_suffix(".part.npz")
    np.savez(part, **arrays)
    part.replace(path)
