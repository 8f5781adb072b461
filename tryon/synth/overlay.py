"""Put the layers of a record over one another at any size: what the camera sees, still without light.

Everything smooth is padded outwards within its own layer before it is resized or blended, so that
edges never mix with emptiness. Only the part of the picture that the person fills is worked on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

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
    FlatView,
    GarmentInfo,
    GarmentLayer,
    Record,
)

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
Box = tuple[int, int, int, int]  # y0, y1, x0, x1

CLOTH, HAIR = 8, 9  # kinds beside those of ``record.BodyLayer``
_LABEL = {name: index for index, name in enumerate(RECORD_LABELS)}
_SLEEVES = (1, 2)  # indices into garment_mesh.PARTS
SLEEVE_OVER_M = 0.012  # an arm in its sleeve hangs before the trousers, however little
INNER_OVER_M = 0.004  # the far side of a hem, seen from within, lies behind what it hangs over
_LINEAR = np.linspace(0, 1, 256, dtype=np.float64)
TO_LINEAR = np.where(_LINEAR <= 0.04045, _LINEAR / 12.92, ((_LINEAR + 0.055) / 1.055) ** 2.4).astype(np.float32)


class Paint(Protocol):
    """Colours of one garment in its flat frame, at any scale (see ``garment_paint.GarmentPaint``).

    front_u8, back_u8, inside_u8: (h', w', 3) sRGB. relief_f32: (h', w') height in mm or None. sheer_f32:
    (h', w') opacity 0 clear to 1, or None. gloss: 0 matt to 1 satin.
    """

    @property
    def front_u8(self) -> U8: ...
    @property
    def back_u8(self) -> U8: ...
    @property
    def inside_u8(self) -> U8: ...
    @property
    def relief_f32(self) -> F32 | None: ...
    @property
    def sheer_f32(self) -> F32 | None: ...
    @property
    def gloss(self) -> float: ...


@dataclass(frozen=True)
class PlainPaint:
    """A paint made by hand, for tests and where nothing better is at hand."""

    front_u8: U8
    back_u8: U8
    inside_u8: U8
    relief_f32: F32 | None = None
    sheer_f32: F32 | None = None
    gloss: float = 0.05


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


def nearest_fill(known: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each wanted pixel without a value, the nearest known one.

    Returns:
        Flat indices (K,) of the pixels to fill and (K,) of where their value comes from.
    """
    missing = np.flatnonzero(wanted & ~known)
    if not len(missing) or not known.any():
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    _, label = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    sources = np.zeros(int(label.max()) + 1, np.int64)
    places = np.flatnonzero(known)
    sources[label.ravel()[places]] = places
    return missing, sources[label.ravel()[missing]]


def _fill(images: Sequence[NDArray], to: NDArray[np.int64], source: NDArray[np.int64]) -> None:
    """Copy pixels within each contiguous image (h, w, ...), in place."""
    for image in images:
        view = image.reshape(image.shape[0] * image.shape[1], -1)
        view[to] = view[source]


@dataclass(frozen=True)
class _Buffers:
    """Smooth buffers of one layer in a box: part, normal, depth in m, flat coordinates."""

    part: U8
    normal: F32
    depth: F32
    flat: F32


def _smooth_buffers(layer: GarmentLayer | FlatView, box: Box, size: tuple[int, int], wanted: F32) -> _Buffers:
    """The layer's half-size buffers at another size, padded to where its coverage (h, w of the box) reaches."""
    known_all = layer.half_part > 0
    y0, y1, x0, x1 = box
    if size == HALF:
        part, depth = layer.half_part[y0:y1, x0:x1].copy(), layer.depth[y0:y1, x0:x1].astype(np.float32)
        normal, flat = layer.normal[y0:y1, x0:x1].astype(np.float32), layer.flat_px[y0:y1, x0:x1].copy()
        _fill((part, depth, normal, flat), *nearest_fill(known_all[y0:y1, x0:x1], wanted > 0))
    else:
        ring = cv2.dilate(known_all.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
        whole = (layer.half_part.copy(), layer.depth.astype(np.float32), layer.normal.astype(np.float32))
        flats = layer.flat_px.astype(np.float32)
        _fill((*whole, flats), *nearest_fill(known_all, ring))
        dsize = (size[1], size[0])
        part = np.ascontiguousarray(cv2.resize(whole[0], dsize, interpolation=cv2.INTER_NEAREST_EXACT)[y0:y1, x0:x1])
        depth = np.ascontiguousarray(_resize_steps(whole[1], dsize, 100.0)[y0:y1, x0:x1])
        normal = np.ascontiguousarray(cv2.resize(whole[2], dsize, interpolation=cv2.INTER_LINEAR)[y0:y1, x0:x1])
        flat = np.ascontiguousarray(_resize_steps(flats, dsize, 8.0)[y0:y1, x0:x1])
        _fill((part, depth, normal, flat), *nearest_fill(part > 0, wanted > 0))
    return _Buffers(part, normal * np.float32(1 / 127), depth * np.float32(DEPTH_UNIT_M), flat)


def _resize_steps(image: F32, dsize: tuple[int, int], step: float) -> F32:
    """Bilinear, but nearest across steps: where two parts meet, nothing lies between them."""
    out = cv2.resize(image, dsize, interpolation=cv2.INTER_LINEAR)
    kernel = np.ones((3, 3), np.uint8)
    spread = cv2.dilate(image, kernel) - cv2.erode(image, kernel)
    if spread.ndim == 3:
        spread = spread.max(2)
    torn = cv2.resize((spread > step).astype(np.uint8), dsize, interpolation=cv2.INTER_NEAREST_EXACT) > 0
    out[torn] = cv2.resize(image, dsize, interpolation=cv2.INTER_NEAREST_EXACT)[torn]
    return np.asarray(out, np.float32)


def coverage(mask: U8, size: tuple[int, int]) -> F32:
    """Share (H, W) 0..1 of each pixel that a native mask (1024, 768) covers."""
    full = cv2.compare(mask, 0, cv2.CMP_GT)
    return np.asarray(cv2.resize(full, (size[1], size[0]), interpolation=cv2.INTER_AREA), np.float32) / 255


def figure_box(record: Record, outfit: Sequence[int], size: tuple[int, int], margin: int = 8) -> Box:
    """The part of a picture of this size that person and clothes fill, with a margin."""
    seen = record.body.depth > 0
    for index in outfit:
        seen = seen | (record.layers[index].half_part > 0)
    if record.hair is not None:
        seen = seen | (record.hair.depth > 0)
    rows, cols = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        raise BadRequestError(f"Record {record.id} shows nobody; make its shard again.")
    sy, sx = size[0] / HALF[0], size[1] / HALF[1]
    return (
        max(0, int(rows[0] * sy) - margin),
        min(size[0], int(np.ceil((rows[-1] + 1) * sy)) + margin),
        max(0, int(cols[0] * sx) - margin),
        min(size[1], int(np.ceil((cols[-1] + 1) * sx)) + margin),
    )


class _Stack:
    """Layers laid over one another so far, in one box."""

    def __init__(self, box: Box, size: tuple[int, int]) -> None:
        self.box, self.size = box, size
        h, w = box[1] - box[0], box[3] - box[2]
        self.alpha = np.zeros((h, w), np.float32)
        self.albedo = np.zeros((h, w, 3), np.float32)
        self.normal = np.zeros((h, w, 3), np.float32)
        self.depth = np.full((h, w), np.inf, np.float32)
        self.kind = np.zeros((h, w), np.uint8)
        self.labels = np.zeros((h, w), np.uint8)
        self.relief = np.zeros((h, w), np.float32)
        self.gloss = np.zeros((h, w), np.float32)
        self.cloth_depth = np.full((h, w), np.inf, np.float32)
        self.sleeve = np.zeros((h, w), bool)
        self.visible: list[F32] = []
        self.flow: list[F32] = []

    def cut(self, image: NDArray[np.generic]) -> NDArray:
        y0, y1, x0, x1 = self.box
        return image[y0:y1, x0:x1]

    def over(self, alpha: F32, albedo: F32, normal: F32, depth: F32, solid: NDArray[np.bool_]) -> None:
        """Blend colour and normal; depth changes where the layer is the main thing seen (solid)."""
        a = alpha[..., None]
        self.albedo += a * (albedo - self.albedo)
        self.normal += a * (normal - self.normal)
        self.alpha += alpha * (1 - self.alpha)
        for seen in self.visible:
            seen *= 1 - alpha
        free = solid | ((alpha > 0) & np.isinf(self.depth))
        np.copyto(self.depth, depth, where=free)


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
    stack = _Stack(figure_box(record, outfit, size), size)
    _put_body(stack, record, tints, bare=bool(outfit))
    for index in outfit:
        layer = record.layers[index]
        _put_garment(stack, layer, garments[layer.garment], paints.get(layer.garment))
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
    _fill((albedo, normal, depth, kind), to, source)
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


def _put_garment(stack: _Stack, layer: GarmentLayer, info: GarmentInfo, paint: Paint | None) -> None:
    alpha = np.ascontiguousarray(stack.cut(coverage(layer.part, stack.size)))
    smooth = _smooth_buffers(layer, stack.box, stack.size, alpha)
    sleeve = np.isin((smooth.part & PART_MASK) - 1, _SLEEVES)
    slack = np.where(stack.sleeve & ~sleeve, np.float32(SLEEVE_OVER_M), np.float32(OVER_M))
    slack[(smooth.part & INNER_BIT) > 0] = INNER_OVER_M
    alpha = np.where(smooth.depth > stack.cloth_depth + slack, np.float32(0), alpha)
    sheet = sample_paint(paint, smooth.flat, smooth.part, alpha > 0)
    solid = alpha > 0.5
    stack.over(alpha * sheet.opacity, sheet.albedo, smooth.normal, smooth.depth, solid)
    # sheer cloth still belongs to the garment, wherever it lets the skin through
    stack.visible.append(alpha.copy())
    stack.flow.append(smooth.flat)
    inside = (smooth.part & (INNER_BIT | BACK_BIT)) == (INNER_BIT | BACK_BIT)
    labels = np.where(inside, np.uint8(_LABEL["collar_inside"]), np.uint8(_LABEL[info.category]))
    np.copyto(stack.labels, labels, where=solid)
    stack.kind[solid | ((alpha > 0) & (stack.kind == 0))] = CLOTH
    stack.relief += alpha * (sheet.relief - stack.relief)
    stack.gloss += alpha * (sheet.gloss - stack.gloss)
    np.copyto(stack.cloth_depth, smooth.depth, where=solid)
    np.copyto(stack.sleeve, sleeve, where=solid)


@dataclass(frozen=True)
class GarmentCut:
    """A garment alone at some size, (h, w): coverage, part byte, normal, depth in m, flat pixels, and its cloth."""

    alpha: F32
    part: U8
    normal: F32
    depth: F32
    flat: F32
    sheet: Sheet


def garment_cut(view: FlatView, paint: Paint | None, size: tuple[int, int]) -> GarmentCut:
    """A garment's own view at a size (H, W)."""
    alpha = coverage(view.part, size)
    smooth = _smooth_buffers(view, (0, size[0], 0, size[1]), size, alpha)
    sheet = sample_paint(paint, smooth.flat, smooth.part, alpha > 0)
    return GarmentCut(alpha, smooth.part, smooth.normal, smooth.depth, smooth.flat, sheet)


@dataclass(frozen=True)
class Sheet:
    """A paint as seen through flat coordinates: albedo (h, w, 3) linear, opacity, relief in m, gloss, (h, w)."""

    albedo: F32
    opacity: F32
    relief: F32
    gloss: float


def sample_paint(paint: Paint | None, flat: F32, part: U8, where: NDArray[np.bool_]) -> Sheet:
    """Look a paint up at flat coordinates (h, w, 2); part (h, w) tells front, back and inner side."""
    shape = part.shape
    if paint is None:
        grey = np.full((*shape, 3), 0.35, np.float32)
        return Sheet(grey, np.ones(shape, np.float32), np.zeros(shape, np.float32), 0.05)
    scale = paint.front_u8.shape[1] / HALF[1]
    shrink = 1.0 / max(1.0, 0.85 * _texels_per_pixel(flat, part) * scale)
    front = _shrunk(paint.front_u8, shrink)
    sx, sy = front.shape[1] / HALF[1], front.shape[0] / HALF[0]
    x, y = flat[..., 0] * np.float32(sx) + np.float32(sx / 2 - 0.5), flat[..., 1] * np.float32(sy)
    y += np.float32(sy / 2 - 0.5)
    colour = cv2.remap(front, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    back = (part & BACK_BIT) > 0
    if (back & where).any():
        other = cv2.remap(_shrunk(paint.back_u8, shrink), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        np.copyto(colour, other, where=back[..., None])
    inner = (part & INNER_BIT) > 0
    if (inner & where).any():
        other = cv2.remap(_shrunk(paint.inside_u8, shrink), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        np.copyto(colour, other, where=inner[..., None])
    albedo = cv2.LUT(colour, TO_LINEAR)
    relief, opacity = np.zeros(shape, np.float32), np.ones(shape, np.float32)
    for image, target, factor in ((paint.relief_f32, relief, 0.001), (paint.sheer_f32, opacity, 1.0)):
        if image is None:
            continue
        target[:] = 0
        small = _shrunk(image, shrink)
        fx, fy = small.shape[1] / front.shape[1], small.shape[0] / front.shape[0]
        seen = cv2.remap(small, (x + 0.5) * fx - 0.5, (y + 0.5) * fy - 0.5, cv2.INTER_LINEAR,
                         borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
        target += factor * seen
    return Sheet(albedo, opacity, relief, float(paint.gloss))


def _shrunk(image: NDArray, factor: float) -> NDArray:
    if factor > 0.9:
        return image
    size = (max(8, round(image.shape[1] * factor)), max(8, round(image.shape[0] * factor)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _texels_per_pixel(flat: F32, part: U8) -> float:
    """How many flat pixels one picture pixel spans, in the middle of the cases."""
    coarse, there = flat[::3, ::3], part[::3, ::3]
    both = (there[:, 1:] == there[:, :-1]) & (there[:, 1:] > 0)
    step = np.abs(coarse[:, 1:] - coarse[:, :-1]).max(2)[both] / 3
    below = (there[1:] == there[:-1]) & (there[1:] > 0)
    step = np.concatenate([step, np.abs(coarse[1:] - coarse[:-1]).max(2)[below] / 3])
    return float(np.median(step)) if len(step) else 1.0


def _put_hair(stack: _Stack, record: Record, tints: Tints) -> None:
    hair, dsize = record.hair, (stack.size[1], stack.size[0])
    assert hair is not None
    alpha = stack.cut(cv2.resize(hair.alpha, dsize, interpolation=cv2.INTER_AREA)).astype(np.float32) / 255
    shade = stack.cut(cv2.resize(hair.shade, dsize, interpolation=cv2.INTER_AREA)).astype(np.float32) / 128
    depth = stack.cut(cv2.resize(hair.depth, dsize, interpolation=cv2.INTER_NEAREST)).astype(np.float32)
    depth, known = depth * np.float32(DEPTH_UNIT_M), np.ascontiguousarray(depth > 0)
    normal = stack.cut(cv2.resize(hair.normal, dsize, interpolation=cv2.INTER_NEAREST)).astype(np.float32) / 127
    normal = np.ascontiguousarray(normal)
    to, source = nearest_fill(known, alpha > 0)
    _fill((depth, normal, shade), to, source)
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
    length = np.sqrt((stack.normal * stack.normal).sum(2)) + np.float32(1e-6)
    to, source = nearest_fill(np.isfinite(stack.depth), np.ones(alpha.shape, bool))
    depth = stack.depth.ravel()
    depth[to] = depth[source]
    return Surface(
        stack.box, stack.size, alpha, stack.albedo * weight[..., None], stack.normal / length[..., None],
        depth.reshape(alpha.shape), stack.kind, stack.relief, stack.gloss, stack.labels,
        tuple(stack.visible), tuple(stack.flow),
    )  # fmt: skip
