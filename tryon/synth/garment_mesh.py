"""A garment as a thing of its own: surface, shape laid flat, landmarks, trimmings; no body, no cloth.

Frames: *world* as in ``bodies`` (metres, x = the subject's left, y = back, z = up, the body faces -y).
*flat*: metres, as a shop lays a garment down with its front up: x to the viewer's right (which is the
subject's left), y downwards; the origin is anywhere. Left and right of parts are the subject's,
left and right of landmarks the viewer's (as everywhere for flat garments).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from tryon.synth.bodies import Body
from tryon.types import Category

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

PARTS = ("torso", "left_sleeve", "right_sleeve", "left_leg", "right_leg", "skirt", "collar", "hood")
PART = {name: index for index, name in enumerate(PARTS)}

FeatureKind = Literal["band", "line", "stitch", "pocket", "button", "zip", "placket", "hole"]


@dataclass(frozen=True)
class Feature:
    """A trimming that is painted, not modelled.

    points: (K, 2) flat metres: the middle line of a band, line, stitch, zip or placket; the closed outline
    of a pocket; the centre(s) of buttons or holes. width_m: a band's, line's or button's width.
    sides: where it is painted. name: "neckband", "hem", "cuff", "waistband", "fly", "side_seam", ...
    """

    name: str
    kind: FeatureKind
    points: F64
    width_m: float
    sides: Literal["front", "back", "both"] = "front"


@dataclass(frozen=True)
class GarmentMesh:
    """The surface of a garment, the same on every body.

    id: unique. label: one of ``tryon.types.GARMENT_LABELS``. faces: (F, 3) triangles, counter-clockwise
    seen from outside. part: (F,) index into PARTS. front: (F,) whether a face lies on the upper side
    when the garment is laid flat with its front up. flat: (N, 2) flat metres. landmarks: name (as in
    ``tryon.garment.landmarks``) to vertex. attributes: "sleeve", "length", "neck", "fit", "closure", ...
    rest: (N, 3) m on the reference body, for noise that sticks to the cloth and as a ghost mannequin's shape.
    uv, uv_faces: texture coordinates of an outfit's own texture, where it has one, else None.
    """

    id: str
    category: Category
    label: str
    faces: I64
    part: NDArray[np.uint8]
    front: NDArray[np.bool_]
    flat: F64
    landmarks: dict[str, int]
    rest: F64
    attributes: dict[str, str] = field(default_factory=dict)
    features: tuple[Feature, ...] = ()
    open_front: bool = False
    uv: F64 | None = None
    uv_faces: I64 | None = None


@dataclass(frozen=True)
class Fit:
    """How a garment is worn this time.

    layer: 0 on the skin, 1 over another garment, 2 a coat. loose_m: additional distance from the body.
    tucked: an upper's hem goes into the trousers (it is drawn in and lies close below the waist).
    seed: of the hang's irregularities.
    """

    layer: int = 0
    loose_m: float = 0.0
    tucked: bool = False
    seed: int = 0


@dataclass(frozen=True)
class Worn:
    """A garment on a body. points: (N, 3) world metres. covered: (V,) body vertices that it certainly hides."""

    points: F64
    covered: NDArray[np.bool_]


class Wearable(Protocol):
    """Anything that can be put on a body; ``wear`` is deterministic and leaves the body unchanged."""

    @property
    def mesh(self) -> GarmentMesh: ...

    def wear(self, body: Body, fit: Fit) -> Worn: ...
