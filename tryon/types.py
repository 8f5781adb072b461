"""The data that flows between the stages: arrays with fixed layouts, frames and ranges.

Frames: *photo* is the person's picture, *garment* the garment's picture, *work* a 3:4 crop of the
photo at the networks' resolution. All points are (x, y) in pixels, where (0, 0) is the **centre of
the top left pixel** (OpenCV's convention); x grows to the right, y downwards. Left and right are the
**subject's own** for people (MediaPipe's convention), the **viewer's** for flat garments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

RGBu8 = NDArray[np.uint8]  # (H, W, 3), sRGB, 0..255
LabelsU8 = NDArray[np.uint8]  # (H, W), index into LABELS
MaskF32 = NDArray[np.float32]  # (H, W), 0..1
FlowF32 = NDArray[np.float32]  # (H, W, 2), source pixel (x, y) to sample for each target pixel
PointsF32 = NDArray[np.float32]  # (N, 2), pixels (x, y)

LABELS = (
    "background",
    "hair",
    "face",
    "torso_skin",
    "left_arm",
    "right_arm",
    "left_leg",
    "right_leg",
    "upper",
    "lower",
    "dress",
    "footwear",
    "accessory",
)
LABEL = {name: index for index, name in enumerate(LABELS)}

# Which label each one has in a mirror image: left and right are the subject's own.
MIRRORED_LABELS = tuple(
    LABEL[n.replace("left_", "right_") if n.startswith("left_") else n.replace("right_", "left_")] for n in LABELS
)

Category = Literal["upper", "lower", "dress"]
CATEGORIES: tuple[Category, ...] = ("upper", "lower", "dress")
GarmentPhoto = Literal["auto", "flat", "worn"]
SleeveLength = Literal["none", "short", "three_quarter", "long"]
LegLength = Literal["short", "knee", "long"]
Neckline = Literal["round", "v", "scoop", "square", "boat", "high", "collar", "hood"]

# What is told of a garment besides its category and label: values of each attribute. "layer" says whether it is
# worn over other clothes, "leg" how far trousers, skirts and dresses reach.
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "sleeve": ("none", "short", "three_quarter", "long"),
    "leg": ("short", "knee", "long"),
    "neckline": ("round", "v", "scoop", "square", "boat", "high", "collar", "hood"),
    "front": ("closed", "open"),
    "layer": ("inner", "outer"),
}

# The 14 labels of the open garment data set, and the category that each belongs to.
GARMENT_LABELS: dict[str, Category] = {
    "T-Shirt": "upper",
    "Longsleeve": "upper",
    "Shirt": "upper",
    "Polo": "upper",
    "Undershirt": "upper",
    "Top": "upper",
    "Blouse": "upper",
    "Hoodie": "upper",
    "Blazer": "upper",
    "Outwear": "upper",
    "Dress": "dress",
    "Skirt": "lower",
    "Shorts": "lower",
    "Pants": "lower",
}


@dataclass(frozen=True)
class Pose:
    """Where a person's 33 landmarks are (MediaPipe Pose's numbering).

    points_px: (33, 2) float32, photo frame, may lie outside the picture.
    visibility: (33,) float32, 0..1.
    """

    points_px: PointsF32
    visibility: NDArray[np.float32]


@dataclass(frozen=True)
class Person:
    """What is known of the person in a photo; made once for each photo and kept for the visitor.

    image_u8: (H, W, 3) uint8 photo. mask_f32: (H, W) 0..1 soft person mask. labels_u8: (H, W)
    uint8, index into LABELS. warnings: sentences for the visitor.
    """

    image_u8: RGBu8
    pose: Pose
    mask_f32: MaskF32
    labels_u8: LabelsU8
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guess:
    """An attribute's likeliest value, or "not sure" where it is too unlikely; probabilities of all sum to 1."""

    value: str
    probability: dict[str, float]


@dataclass(frozen=True)
class Garment:
    """What is known of a garment picture.

    image_u8: (h, w, 3) uint8. alpha_f32: (h, w) 0..1, the garment without background and without
    the inside of the back collar. category_probability: sums to 1. label: one of GARMENT_LABELS or
    "not sure". landmarks_px: garment frame, by name (see ``tryon.garment.landmarks``).
    sleeve is None for lower garments, leg is None for uppers. attributes: by name, of ATTRIBUTES, those that
    the category has. visibility: by landmark, 0..1, how sure it is that it can be seen; a landmark without one is.
    """

    image_u8: RGBu8
    alpha_f32: MaskF32
    category: Category
    category_probability: dict[str, float]
    label: str
    label_probability: dict[str, float]
    landmarks_px: dict[str, tuple[float, float]]
    sleeve: SleeveLength | None = None
    leg: LegLength | None = None
    worn: bool = False  # cut from a photo of somebody wearing it
    warnings: tuple[str, ...] = ()
    attributes: dict[str, Guess] = field(default_factory=dict)
    visibility: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PartWarp:
    """One piece of the garment (torso, a sleeve, a leg), laid on the body by a smooth flow.

    Both maps cover the whole work frame at its resolution. The flow is smooth and defined
    everywhere (extrapolated), so that it can be enlarged; region says where the piece is drawn.

    flow_px: (h, w, 2) float32, for each work pixel the garment pixel (x, y) to sample.
    region_f32: (h, w) float32 0..1, where this piece may be drawn (before the garment's own alpha).
    """

    name: str
    flow_px: FlowF32
    region_f32: MaskF32


@dataclass(frozen=True)
class TryOnResult:
    """A finished try-on.

    image: (H, W, 3) uint8, the photo's own resolution. mask: (H, W) float32 0..1; where it is 0 the
    image equals the photo bit for bit. stages: pictures of how it was made, (h, w, 3) uint8 by name.
    timings: milliseconds by stage.
    """

    image: RGBu8
    mask: MaskF32
    category: Category
    stages: dict[str, RGBu8] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
