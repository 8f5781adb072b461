"""What the data engine stores: layers of geometry, from which any picture is coloured and lit later.

Three frames. *native*: NATIVE pixels, masks and colours. *half*: HALF pixels, everything smooth (normals,
depth, flat coordinates); half pixel i covers native pixels 2i and 2i + 1. *flat*: the canonical flat
picture of a garment, HALF pixels too: the garment laid flat without creases, centred, filling 86% of the
frame in one direction. All pixel coordinates count from the centre of the top left pixel.

Layers are drawn one by one against the body alone, so that any outfit can be put together afterwards:
later layers lie over earlier ones unless they are further than OVER_M behind them.
This module needs numpy alone: training reads records where no renderer is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tryon.types import LABELS, Category

U8 = NDArray[np.uint8]
I8 = NDArray[np.int8]
U16 = NDArray[np.uint16]
F32 = NDArray[np.float32]

NATIVE = (1024, 768)  # (H, W)
HALF = (512, 384)  # (h, w)
DEPTH_UNIT_M = 0.0005  # depth is distance along the view axis in these units; 0: nothing
OVER_M = 0.06  # cloth this far behind an earlier layer is behind it (a sleeve behind the back)
RECORD_LABELS = (*LABELS, "collar_inside")  # the inside of a garment's back, seen through its neck
# a garment layer's part byte: 0 nothing, else part + 1 in the low bits, and
PART_MASK, BACK_BIT, INNER_BIT = 0x0F, 0x10, 0x20  # the garment's back half; the cloth's inner side is seen


@dataclass(frozen=True)
class BodyLayer:
    """The person without clothes (in plain underwear), with shoes and what is held, without hair.

    labels: (H, W) index into LABELS, 0 outside. albedo: (H, W, 3) sRGB without light. normal: (h, w, 3)
    camera frame (x right, y up, z to the camera) * 127. depth: (h, w).
    kind: (H, W) 0 nothing, 1 skin, 2 underwear, 3 eye, 4 shoe, 5 prop, 6 brow or lash, 7 hat.
    """

    labels: U8
    kind: U8
    albedo: U8
    normal: I8
    depth: U16


@dataclass(frozen=True)
class HairLayer:
    """Hair, drawn apart since it is half transparent and may hang over clothes.

    alpha: (H, W). shade: (H, W) grey albedo 0..255 around 128, to be tinted. normal, depth: as the body's.
    """

    alpha: U8
    shade: U8
    normal: I8
    depth: U16


@dataclass(frozen=True)
class GarmentLayer:
    """One garment on this person, as far as body and props do not hide it.

    garment: index into the shard's garments. part: (H, W) part byte. flat_px: (h, w, 2) float32, flat
    frame, defined where half_part is set. half_part: (h, w) part byte of the half frame's own drawing.
    normal, depth: as the body's. landmarks_px: name to (x, y, visible 0/1), half frame.
    """

    garment: int
    part: U8
    half_part: U8
    flat_px: F32
    normal: I8
    depth: U16
    landmarks_px: dict[str, tuple[float, float, int]] = field(default_factory=dict)
    rank: int = 0  # wearing order: 0 first (under), larger lies over


@dataclass(frozen=True)
class FlatView:
    """A garment photographed alone: laid flat, on a hanger, or as on an invisible person.

    part, half_part, flat_px, normal, depth: as GarmentLayer's (depth: height over the ground or distance).
    from_flat: (gh, gw, 2) float32 half-frame pixel of this view at each node of an even grid
    over the flat frame's front side (node (r, c) at flat pixel ((c + .5) * 384 / gw - .5, (r + .5) * 512 / gh - .5)),
    extrapolated past the garment. landmarks_px: name to (x, y, visible), half frame.
    """

    kind: Literal["laid", "hung", "ghost"]
    part: U8
    half_part: U8
    flat_px: F32
    normal: I8
    depth: U16
    from_flat: F32
    landmarks_px: dict[str, tuple[float, float, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class FlatFeature:
    """A trimming in the flat frame: see ``garment_mesh.Feature``; points (K, 2) and width in flat pixels."""

    name: str
    kind: str
    points: F32
    width_px: float
    sides: str


@dataclass(frozen=True)
class GarmentInfo:
    """A garment of a shard. px_per_m: the flat frame's scale. front, back: (h, w) part bytes of the two
    sides in the flat frame. texture: (512, 384, 3) sRGB of the outfit's own cloth in the flat frame, or None."""

    id: str
    category: Category
    label: str
    px_per_m: float
    attributes: dict[str, str]
    landmarks_px: dict[str, tuple[float, float]]
    features: tuple[FlatFeature, ...]
    front: U8
    back: U8
    views: tuple[FlatView, ...]
    open_front: bool = False
    texture: U8 | None = None


@dataclass(frozen=True)
class Record:
    """One person in one pose with several garments.

    outfits: name ("undressed", "a", "b", "mixed") to indices into layers, in wearing order.
    joints_px: bone name to (x, y) of its head, half frame. pose: outfit to (33, 4) float32 MediaPipe's
    landmarks on the drawn picture, half-frame x, y, then z and visibility; None where it found nobody.
    mask: outfit to (h, w) uint8 MediaPipe's person mask. meta: seed, sex, age, build, skin tone, pose family, camera.
    """

    id: str
    body: BodyLayer
    hair: HairLayer | None
    layers: Sequence[GarmentLayer]
    outfits: dict[str, tuple[int, ...]]
    joints_px: dict[str, tuple[float, float]]
    pose: dict[str, F32 | None]
    mask: dict[str, U8]
    meta: dict[str, Any]
