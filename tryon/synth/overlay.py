"""Put the layers of a record over one another at any size: what the camera sees, still without light.

Only the part of the picture that the person fills is worked on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.synth.record import (
    BACK_BIT,
    DEPTH_UNIT_M,
    HALF,
    INNER_BIT,
    NATIVE,
    OVER_M,
    PART_MASK,
    RECORD_LABELS,
    GarmentInfo,
    GarmentLayer,
    Record,
)
from tryon.synth.sampling import (
    TO_LINEAR,
    Box,
    Paint,
    PlainPaint,
    copy_pixels,
    coverage,
    nearest_fill,
    sample_paint,
    smooth_buffers,
    unit_normals,
)
from tryon.synth.under_jackets import JacketGate, jacket_over

__all__ = ["CLOTH", "HAIR", "Paint", "PlainPaint", "Surface", "Tints", "stack_layers"]
F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]

CLOTH, HAIR = 8, 9  # kinds beside those of ``record.BodyLayer``
_LABEL = {name: index for index, name in enumerate(RECORD_LABELS)}
_SLEEVES = (1, 2)  # indices into garment_mesh.PARTS
SLEEVE_OVER_M = 0.012  # an arm in its sleeve hangs before the trousers, however little
JACKET_OVER_M = 0.08  # what bulges under a jacket does not come through it: each was put on for itself
FOLD_SPOT = 0.004  # of a jacket's pixels
INNER_OVER_M = 0.004  # the far side of a hem, seen from within, lies behind what it hangs over


@dataclass(frozen=True)
class Tints:
    """How the same record becomes another person: factors in linear light on the stored colours.

    hair: linear RGB of the hair itself, since hair is stored grey.
    """

    skin: tuple[float, float, float] = (1.0, 1.0, 1.0)
    underwear: tuple[float, float, float] = (1.0, 1.0, 1.0)
    shoe: tuple[float, float, float] = (1.0, 1.0, 1.0)
    prop: tuple[float, float, float] = (1.0, 1.0, 1.0)
    hat: tuple[float, float, float] = (1.0, 1.0, 1.0)
    brow: tuple[float, float, float] = (1.0, 1.0, 1.0)
    hair: tuple[float, float, float] = (0.03, 0.02, 0.013)


@dataclass(frozen=True)
class Surface:
    """What is seen, in a box of the picture. h, w: the box's size.

    alpha: (h, w) of the whole person. albedo: (h, w, 3) linear. normal: (h, w, 3) camera frame, unit.
    depth: (h, w) m, defined everywhere inside (padded outwards). kind: (h, w) record's kinds, CLOTH, HAIR.
    relief: (h, w) m. gloss: (h, w) 0..1. labels: (h, w) index into RECORD_LABELS. visible: (h, w) 0..1
    by position in the outfit. flow: (h, w, 2) flat pixels by position. size: the whole picture's.
    """

    box: Box
    size: tuple[int, int]
    alpha: F32
    albedo: F32
    normal: F32
    depth: F32
    kind: U8
    relief: F32
    gloss: F32
    labels: U8
    visible: tuple[F32, ...]
    flow: tuple[F32, ...]


def figure_box(record: Record, outfit: Sequence[int], size: tuple[int, int], margin: int = 8) -> Box:
    """The part of a picture of this size that person and clothes fill, with a margin."""
    seen = record.body.depth > 0
    for index in outfit:
        seen = seen | (record.layers[index].half_part > 0)
    if record.hair is not None:
        seen = seen | (record.hair.depth > 0)
    box = _box_of(seen, size, margin)
    if box is None:
        raise BadRequestError(f"Record {record.id} shows nobody; make its shard again.")
    return box


def _box_of(seen: NDArray[np.bool_], size: tuple[int, int], margin: int) -> Box | None:
    """The box of a mask of the half frame in a picture of this size; None where it is empty."""
    rows, cols = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        return None
    sy, sx = size[0] / HALF[0], size[1] / HALF[1]
    return (
        max(0, int(rows[0] * sy) - margin),
        min(size[0], int(np.ceil((rows[-1] + 1) * sy)) + margin),
        max(0, int(cols[0] * sx) - margin),
        min(size[1], int(np.ceil((cols[-1] + 1) * sx)) + margin),
    )


@dataclass
class _Stack:
    """Layers laid over one another so far, in one box of a picture of this size."""

    box: Box
    size: tuple[int, int]
    alpha: F32
    albedo: F32
    normal: F32
    depth: F32
    kind: U8
    labels: U8
    relief: F32
    gloss: F32
    cloth_depth: F32
    sleeve: NDArray[np.bool_]
    visible: list[F32]
    flow: list[F32]

    @classmethod
    def empty(cls, box: Box, size: tuple[int, int]) -> _Stack:
        h, w = box[1] - box[0], box[3] - box[2]
        return cls(
            box,
            size,
            alpha=np.zeros((h, w), np.float32),
            albedo=np.zeros((h, w, 3), np.float32),
            normal=np.zeros((h, w, 3), np.float32),
            depth=np.full((h, w), np.inf, np.float32),
            kind=np.zeros((h, w), np.uint8),
            labels=np.zeros((h, w), np.uint8),
            relief=np.zeros((h, w), np.float32),
            gloss=np.zeros((h, w), np.float32),
            cloth_depth=np.full((h, w), np.inf, np.float32),
            sleeve=np.zeros((h, w), bool),
            visible=[],
            flow=[],
        )

    def window(self, box: Box) -> _Stack:
        """A part of the stack (box within its own) that shares its memory."""
        at = (slice(box[0] - self.box[0], box[1] - self.box[0]), slice(box[2] - self.box[2], box[3] - self.box[2]))
        return _Stack(
            box, self.size, self.alpha[at], self.albedo[at], self.normal[at], self.depth[at], self.kind[at],
            self.labels[at], self.relief[at], self.gloss[at], self.cloth_depth[at], self.sleeve[at],
            [v[at] for v in self.visible], [f[at] for f in self.flow],
        )  # fmt: skip

    def cut(self, image: NDArray[np.generic]) -> NDArray:
        y0, y1, x0, x1 = self.box
        return image[y0:y1, x0:x1]

    def over(self, alpha: F32, albedo: F32, normal: F32, depth: F32, solid: NDArray[np.bool_]) -> None:
        """Blend the colour. Normal and depth change where the layer is the main thing seen (solid): a mean of two
        surfaces' normals faces where neither does, and glitters."""
        a = alpha[..., None]
        change = albedo - self.albedo
        change *= a
        self.albedo += change
        self.alpha += alpha * (1 - self.alpha)
        for seen in self.visible:
            seen *= 1 - alpha
        free = solid | ((alpha > 0) & np.isinf(self.depth))
        np.copyto(self.depth, depth, where=free)
        np.copyto(self.normal, normal, where=free[..., None])


def stack_layers(
    record: Record,
    garments: Sequence[GarmentInfo],
    outfit: Sequence[int],
    paints: Mapping[int, Paint],
    tints: Tints,
    size: tuple[int, int],
) -> Surface:
    """Lay body, garments and hair over one another.

    Args:
        record: the person. garments: of the record's shard. outfit: indices into ``record.layers`` in wearing order.
        paints: by index into ``garments``; a garment without one is grey.
        tints: colours of the person. size: (H, W) of the picture, at most NATIVE.

    Raises:
        BadRequestError: the size is larger than NATIVE, or the outfit names a layer that is not there.
    """
    if not (0 < size[0] <= NATIVE[0] and 0 < size[1] <= NATIVE[1]):
        raise BadRequestError(f"A view of {size} was asked for; a record holds at most {NATIVE} (height, width).")
    if any(not 0 <= i < len(record.layers) for i in outfit):
        raise BadRequestError(f"Outfit {tuple(outfit)} names layers that record {record.id} does not have.")
    stack = _Stack.empty(figure_box(record, outfit, size), size)
    _put_body(stack, record, tints, bare=bool(outfit))
    gates: dict[int, JacketGate] = {}
    for place, index in enumerate(outfit):
        layer = record.layers[index]
        jacket = jacket_over(record.layers, garments, outfit, place)
        if jacket is not None and id(jacket) not in gates:
            gates[id(jacket)] = JacketGate(jacket, size)
        gate = gates[id(jacket)] if jacket is not None else None
        _put_garment(stack, layer, garments[layer.garment], paints.get(layer.garment), gate)
    if record.hair is not None:
        _put_hair(stack, record, tints)
    return _finish(stack)


def _put_body(stack: _Stack, record: Record, tints: Tints, bare: bool) -> None:
    """The person; bare: underwear takes the skin's colour, since hardly anybody's peeps out of their clothes."""
    body, dsize = record.body, (stack.size[1], stack.size[0])
    alpha = np.ascontiguousarray(stack.cut(coverage(body.kind, stack.size)))
    colour = cv2.resize(body.albedo, dsize, interpolation=cv2.INTER_AREA)
    kind = np.ascontiguousarray(stack.cut(cv2.resize(body.kind, dsize, interpolation=cv2.INTER_NEAREST)))
    labels = stack.cut(cv2.resize(body.labels, dsize, interpolation=cv2.INTER_NEAREST))
    depth = cv2.resize(body.depth, dsize, interpolation=cv2.INTER_NEAREST).astype(np.float32)
    normal = stack.cut(cv2.resize(body.normal, dsize, interpolation=cv2.INTER_NEAREST)).astype(np.float32)
    depth = np.ascontiguousarray(stack.cut(depth)) * np.float32(DEPTH_UNIT_M)
    albedo = cv2.LUT(np.ascontiguousarray(stack.cut(colour)), TO_LINEAR)
    if stack.size[0] > HALF[0]:
        normal = cv2.blur(normal, (3, 3))
    # an edge pixel's stored colour is mixed with the black outside; its neighbour's is not
    whole = (alpha > 0.99) & (depth > 0)
    to, source = nearest_fill(whole, alpha > 0)
    normal = np.ascontiguousarray(normal) * np.float32(1 / 127)
    copy_pixels((albedo, normal, depth, kind), to, source)
    if bare:
        _undress(albedo, kind)
    table = np.ones((256, 3), np.float32)
    for number, tint in ((1, tints.skin), (2, tints.underwear), (4, tints.shoe), (5, tints.prop), (6, tints.brow)):
        table[number] = tint
    table[7] = tints.hat
    albedo *= table[kind]
    solid = alpha > 0.5
    stack.over(alpha, albedo, normal, depth, solid)
    stack.kind[alpha > 0] = kind[alpha > 0]
    stack.labels[solid] = labels[solid]
    stack.gloss[alpha > 0] = np.array([0, 0.3, 0.03, 0.9, 0.35, 0.25, 0.1, 0.05] + [0] * 248, np.float32)[
        kind[alpha > 0]
    ]


def _undress(albedo: F32, kind: U8) -> None:
    """Turn underwear into the nearest skin, in place."""
    skin = kind == 1
    worn = cv2.dilate((kind == 2).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0  # with its mixed edge
    worn &= skin | (kind == 2)
    skin &= ~worn
    if not worn.any() or not skin.any():
        return
    rows = slice(*_span(worn, 1, 24)), slice(*_span(worn, 0, 24))
    area, mass = albedo[rows], skin[rows].astype(np.float32)
    # wide means first, so that no single freckle or lip spreads over the shoulder
    mean = cv2.blur(area * mass[..., None], (31, 31)) / np.maximum(cv2.blur(mass, (31, 31)), 1e-4)[..., None]
    near = cv2.blur(mass, (31, 31)) > 0.02
    here = worn[rows]
    typical = np.median(albedo[skin][::17], axis=0)
    area[here] = np.where(near[here][:, None], mean[here], typical)
    kind[worn] = 1


def _span(mask: NDArray[np.bool_], axis: int, margin: int) -> tuple[int, int]:
    """First and last row (axis 1) or column (axis 0) of a mask, widened."""
    places = np.flatnonzero(mask.any(axis))
    return max(0, int(places[0]) - margin), int(places[-1]) + margin + 1


def _put_garment(
    whole: _Stack, layer: GarmentLayer, info: GarmentInfo, paint: Paint | None, gate: JacketGate | None
) -> None:
    shape = whole.alpha.shape
    whole.visible.append(np.zeros(shape, np.float32))
    whole.flow.append(np.zeros((*shape, 2), np.float32))
    box = _box_of(layer.half_part > 0, whole.size, 4)
    if box is None:
        return
    stack = whole.window(box)
    alpha = np.ascontiguousarray(stack.cut(coverage(layer.part, stack.size)))
    smooth = smooth_buffers(layer, box, stack.size, alpha)
    sleeve = np.isin((smooth.part & PART_MASK) - 1, _SLEEVES)
    slack = np.where(stack.sleeve & ~sleeve, np.float32(SLEEVE_OVER_M), np.float32(OVER_M))
    if info.open_front:
        slack = np.full_like(slack, JACKET_OVER_M)
    slack[_lining(smooth.part, alpha > 0, info.open_front)] = INNER_OVER_M
    alpha = np.where(smooth.depth > stack.cloth_depth + slack, np.float32(0), alpha)
    if gate is not None:
        alpha *= gate.keep(smooth.part, alpha > 0, slice(box[0], box[1]), slice(box[2], box[3]))
    sheet = sample_paint(paint, smooth.flat, smooth.part, alpha > 0)
    solid = alpha > 0.5
    stack.over(alpha * sheet.opacity, sheet.albedo, smooth.normal, smooth.depth, solid)
    # sheer cloth still belongs to the garment, wherever it lets the skin through
    stack.visible[-1][:] = alpha
    stack.flow[-1][:] = smooth.flat
    inside = (smooth.part & (INNER_BIT | BACK_BIT)) == (INNER_BIT | BACK_BIT)
    labels = np.where(inside, np.uint8(_LABEL["collar_inside"]), np.uint8(_LABEL[info.category]))
    np.copyto(stack.labels, labels, where=solid)
    stack.kind[solid | ((alpha > 0) & (stack.kind == 0))] = CLOTH
    stack.relief += alpha * (sheet.relief - stack.relief)
    stack.gloss += alpha * (sheet.gloss - stack.gloss)
    np.copyto(stack.cloth_depth, smooth.depth, where=solid)
    np.copyto(stack.sleeve, sleeve, where=solid)


def _lining(part: U8, seen: NDArray[np.bool_], jacket: bool) -> NDArray[np.bool_]:
    """Where a garment (h, w) is seen from within and gives way to what it hangs over.

    A jacket's armpits fold through themselves: such spots of its inner side lie over the top like all of it.
    """
    inner = ((part & INNER_BIT) > 0) & seen
    if jacket and inner.any():
        _, piece, facts, _ = cv2.connectedComponentsWithStats(inner.astype(np.uint8), connectivity=8)
        spot = facts[:, cv2.CC_STAT_AREA] < FOLD_SPOT * max(int(seen.sum()), 1)
        inner &= ~spot[piece]
    return inner


def _put_hair(stack: _Stack, record: Record, tints: Tints) -> None:
    hair, dsize = record.hair, (stack.size[1], stack.size[0])
    assert hair is not None
    alpha = stack.cut(cv2.resize(hair.alpha, dsize, interpolation=cv2.INTER_AREA)).astype(np.float32) / 255
    # what is not hair has no shade, and must not darken the strands' edges
    weighted = cv2.multiply(hair.shade, hair.alpha, scale=1 / 255, dtype=cv2.CV_32F)
    shade = stack.cut(cv2.resize(weighted, dsize, interpolation=cv2.INTER_AREA)) / np.maximum(alpha, 0.02)
    shade = np.where(alpha > 0.02, shade * np.float32(1 / 128), np.float32(1))
    depth = stack.cut(cv2.resize(hair.depth, dsize, interpolation=cv2.INTER_NEAREST)).astype(np.float32)
    depth, known = depth * np.float32(DEPTH_UNIT_M), np.ascontiguousarray(depth > 0)
    normal = stack.cut(cv2.resize(hair.normal, dsize, interpolation=cv2.INTER_NEAREST)).astype(np.float32) / 127
    normal = np.ascontiguousarray(normal)
    to, source = nearest_fill(known, alpha > 0)
    copy_pixels((depth, normal, shade), to, source)
    alpha = np.where((depth > stack.cloth_depth + 0.02) & (stack.cloth_depth > 0), np.float32(0), alpha)
    solid = alpha > 0.5
    albedo = (shade * shade)[..., None] * np.array(tints.hair, np.float32)
    stack.over(alpha, np.clip(albedo, 0, 0.9), normal, depth, solid)
    stack.kind[solid | ((alpha > 0.02) & (stack.kind == 0))] = HAIR
    stack.labels[solid] = _LABEL["hair"]
    stack.gloss += alpha * (0.35 - stack.gloss)
    stack.relief *= 1 - alpha


def _finish(stack: _Stack) -> Surface:
    alpha = np.minimum(stack.alpha, 1.0)
    weight = 1 / np.maximum(alpha, np.float32(1e-3))
    normal = unit_normals(stack.normal)
    to, source = nearest_fill(np.isfinite(stack.depth), np.ones(alpha.shape, bool))
    depth = stack.depth.ravel()
    depth[to] = depth[source]
    return Surface(
        stack.box, stack.size, alpha, stack.albedo * weight[..., None], normal,
        depth.reshape(alpha.shape), stack.kind, stack.relief, stack.gloss, stack.labels,
        tuple(stack.visible), tuple(stack.flow),
    )  # fmt: skip
