"""Paint a garment's cloth in its flat frame: colour of front, back and inside, relief, sheerness, gloss.

The cloth is drawn once as a sheet whose thread runs down; each part of the garment takes its piece of the
sheet, sleeves turned with their axis. What depends on the garment's shape (colour blocks, washing, prints,
trimmings) comes after.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.synth.artwork import rgb
from tryon.synth.cloth_sheets import ClothSheet, draw_sheet
from tryon.synth.colour_zones import paint_field, paint_wash, paint_zones
from tryon.synth.fabric_sampling import sample_fabric
from tryon.synth.fabric_specs import FabricSpec, PrintSpec
from tryon.synth.flat_layout import FlatLayout, TurnedPart, lay_out
from tryon.synth.prints import paste_print
from tryon.synth.record import HALF, GarmentInfo
from tryon.synth.trims import paint_maker_label, paint_trims
from tryon.synth.weaves import noise

if TYPE_CHECKING:
    from tryon.synth.photo_textures import PhotoTextures

__all__ = ["FabricSpec", "GarmentPaint", "PrintSpec", "paint_garment", "sample_fabric"]
LABEL_SHARE = 0.65  # of garments show a maker's label in neck or waist
DYE = 0.012  # dye is never quite even: standard deviation of the slow drift between red and blue
U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]


@dataclass(frozen=True)
class GarmentPaint:
    """What covers a garment, in its flat frame.

    front_u8, back_u8, inside_u8: (H, W, 3) sRGB without light, defined beyond the outline too; the back is
    seen through the front, as ``GarmentInfo.back`` is. relief_f32: (H, W) height of the front in mm, or
    None. sheer_f32: (H, W) opacity 0..1, or None where opaque. gloss: 0 matt to 1 satin. sharp: 0 where
    the picture's own grain is soft (a small photo) to 1. back_relief_f32: as relief_f32, of the back.
    shaded: whether folds are in the picture already (a real garment's photo).
    """

    front_u8: U8
    back_u8: U8
    inside_u8: U8
    relief_f32: F32 | None = None
    sheer_f32: F32 | None = None
    gloss: float = 0.0
    sharp: float = 1.0
    back_relief_f32: F32 | None = None
    shaded: bool = False

    @property
    def inside_rgb(self) -> tuple[int, int, int]:
        """The mean colour of the wrong side."""
        r, g, b = (round(v) for v in cv2.mean(self.inside_u8)[:3])
        return r, g, b


class LayoutCache:
    """The last few layouts: a garment is painted several times in a row."""

    def __init__(self, size: int = 8) -> None:  # 8 layouts of 1024x768 are about 25 MB
        self._kept: OrderedDict[tuple[str, int, tuple[int, int]], FlatLayout] = OrderedDict()
        self._size = size

    def __call__(self, info: GarmentInfo, size: tuple[int, int]) -> FlatLayout:
        """The garment's layout at this size."""
        key = (info.id, zlib.crc32(info.front.tobytes()), size)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        layout = lay_out(info, size)
        self._kept[key] = layout
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return layout


def paint_garment(
    info: GarmentInfo,
    spec: FabricSpec,
    size: tuple[int, int] = HALF,
    photos: PhotoTextures | None = None,
    layouts: LayoutCache | None = None,
) -> GarmentPaint:
    """Paint a garment.

    Args:
        info: the garment. spec: what it is made of. size: (H, W), any multiple of HALF's 4:3.
        photos: where specs of kind "photo" or "patch" find their pictures.
        layouts: keeps the geometry between calls.

    Returns:
        The paint; the same arguments give the same bytes.

    Raises:
        BadRequestError: size is not 4:3, or the spec names a photo and there are no photos.
    """
    if size[0] * HALF[1] != size[1] * HALF[0] or size[0] < 64:
        raise BadRequestError(f"A flat picture is {HALF[0]}x{HALF[1]} or a multiple; {size[0]}x{size[1]} is not.")
    if spec.kind in ("photo", "patch") and photos is None:
        raise BadRequestError(f"The fabric is of kind {spec.kind!r}: give the photo textures (PhotoTextures.open).")
    layout = layouts(info, size) if layouts is not None else lay_out(info, size)
    rng = np.random.default_rng([spec.seed, 77])
    if spec.kind == "photo" and photos is not None:
        return photos.lay(info, spec.style, layout, rng)
    patch = photos.patch(spec.style) if spec.kind == "patch" and photos is not None else None
    sheet = draw_sheet(spec, size, layout.ppcm, rng, patch)
    front, front_tone, relief, sheer = _assemble(sheet, layout.turned_front)
    back, back_tone, back_relief, _ = _assemble(sheet, layout.turned_back)
    if spec.kind in ("gradient", "tiedye"):
        field = paint_field(spec, layout, rng)
        front = field.copy()
        back = field.copy()
    for picture, is_front in ((front, True), (back, False)):
        paint_zones(picture, spec, layout, is_front)
    inside = _inside(back, spec)
    if rng.random() < LABEL_SHARE:
        paint_maker_label(inside, layout, rng)
    for art in spec.prints:
        paste_print(front if art.side != "back" else back, art, layout)
    drift = np.float32(DYE * rng.normal()) * noise("cloud", size, rng)
    front, back = (_toned(image, tone, drift) for image, tone in ((front, front_tone), (back, back_tone)))
    if spec.wash > 0:
        paint_wash(front, spec, layout, layout.front, rng, is_front=True)
        paint_wash(back, spec, layout, layout.back, rng, is_front=False)
    paint_trims(front, relief, spec, layout, "front", rng)
    paint_trims(back, back_relief, spec, layout, "back", rng)
    if sheer is not None and info.category != "upper":
        sheer = _lined(sheer, layout)
    return GarmentPaint(front, back, inside, relief, sheer, spec.gloss, 1.0, back_relief)


def _assemble(sheet: ClothSheet, turned: tuple[TurnedPart, ...]) -> tuple[U8, F32, F32, F32 | None]:
    """Each part takes its piece of the sheet."""
    colour, tone, relief = sheet.colour.copy(), sheet.tone.copy(), sheet.relief.copy()
    sheer = None if sheet.opacity is None else sheet.opacity.copy()
    for part in turned:
        x0, y0, x1, y1 = part.box
        for whole, source in (
            (colour, sheet.colour),
            (tone, sheet.tone),
            (relief, sheet.relief),
            (sheer, sheet.opacity),
        ):
            if whole is None or source is None:
                continue
            if source is sheet.colour and sheet.even:
                continue
            piece = cv2.warpAffine(
                source, part.to_cloth, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REFLECT_101,
            )  # fmt: skip
            cv2.copyTo(piece, part.mask, whole[y0:y1, x0:x1])
    return colour, tone, relief, sheer


def _toned(image: U8, tone: F32, drift: F32) -> U8:
    return np.asarray(cv2.multiply(image, cv2.merge([tone + drift, tone, tone - drift]), dtype=cv2.CV_8U), np.uint8)


def _inside(back: U8, spec: FabricSpec) -> U8:
    """The wrong side: woven designs show through, prints barely."""
    woven = spec.kind in ("stripes", "checks", "heather", "plain", "denim", "photo") or spec.style in (
        "houndstooth",
        "argyle",
    )
    ground = np.array(rgb(spec.colours[0]), np.float32)
    if spec.kind == "denim":
        ground = 0.55 * ground + 0.45 * np.array([190, 196, 204])
    share = 0.82 if woven and spec.kind != "denim" else 0.3
    mixed = cv2.convertScaleAbs(back, alpha=share)
    return np.asarray(cv2.add(mixed, (*(float(v) for v in ground * (1 - share)), 0.0)), np.uint8)


def _lined(sheer: F32, layout: FlatLayout) -> F32:
    """Skirts and dresses of lace are lined from the chest to the thigh: opaque there."""
    _, y0, _, y1 = layout.box
    top = layout.landmarks.get("armpit_left", (0.0, float(y0)))[1] - 3 * layout.ppcm
    low = y0 + 0.72 * (y1 - y0)
    rows = np.arange(layout.shape[0], dtype=np.float32)
    lined = np.clip((rows - top) / (2 * layout.ppcm), 0, 1) * np.clip((low - rows) / (2 * layout.ppcm), 0, 1)
    return np.maximum(sheer, lined[:, None]).astype(np.float32)
