"""Where a style comes from: the cloth of another garment, or any picture.

A garment's cloth is plain (one dye), all over (stripes, checks, flowers, a knit: the same everywhere), or it has a
print in one place. Plain cloth needs a colour alone; all-over cloth is quilted from a straightened scrap, so that
stripes are straight; a print keeps its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.images import srgb_to_linear
from tryon.studio.style_cloth import largest_rectangle
from tryon.studio.style_light import Parted, carried, everywhere, part_light, size_of_cloth
from tryon.studio.style_parts import Part, take_apart
from tryon.types import Garment, RGBu8

F32 = NDArray[np.float32]
Cloth = Literal["plain", "all over", "print"]
RIM = 0.13  # of the chest: rim of the trunk in which all-over patterns show and prints do not
GROUND_SHARE, PRINT_SHARE = 0.93, 0.008  # of the main dye in the rim, and how much less of it is in the middle
RIM_SHARE = 0.35  # of the middle's other dyes that may be in the rim: mixed edges, folds taken for a dye
ONE_DYE = 0.9  # of buttoned garments: what else they have is buttons
PLAIN_SHARE = 0.985  # of the main dye, over which cloth is plain
TEXTURE = 0.075  # contrast (natural logarithm) of a weave or a woven check that is worth carrying over
PLACE, MIXED = 0.16, 0.04  # side of a place, of the chest's width, and share of other dyes in it
LOCAL = 0.05  # of the garment's size: window of that contrast
SMOOTH = 0.035  # of the garment's size: light of a scrap coarser than this is taken out
BUTTONED = ("Shirt", "Polo", "Blouse", "Blazer", "Outwear", "Hoodie")  # a scrap keeps clear of their middle
QUIET, TYPICAL = 0.3, 0.45  # side of the square that is taken of plain weave and of a pattern, of the piece's width
OTHER_CLOTH = 0.6  # difference of dyes' shares from which a sleeve is of another cloth than the trunk
ROW = 0.12  # of the chest: what is narrower and tall is a row of buttons or a zip
THREAD = 0.005  # of the chest: half the thickness of a seam's thread
STRING, YOKE = 0.012, 0.45  # of the chest: half the thickness of strings, which hang so far down
LEAST_PRINT = 0.0015  # of the trunk: smaller things are buttons and crests, which stay with their garment


@dataclass(frozen=True)
class Print:
    """A print in one place: linear_f32 (h, w, 3) with its ground, alpha_f32 (h, w) 0..1; centre and width as shares
    of the chest's width, from the top middle of the trunk."""

    linear_f32: F32
    alpha_f32: F32
    centre: tuple[float, float]
    width: float


@dataclass(frozen=True)
class GarmentCloth:
    """The cloth of a garment.

    kind: see above. palette_lab, shares: its dyes. scraps: by group of pieces, (h, w, 3) linear light, straightened.
    plain_lab: by group, the main dye. print: where there is one. px_per_cm: of the scraps.
    """

    kind: Cloth
    palette_lab: F32
    shares: F32
    scraps: dict[str, F32]
    plain_lab: dict[str, F32]
    px_per_cm: float
    print: Print | None = None


def read_cloth(garment: Garment) -> GarmentCloth:
    """Understand the cloth of a garment; it is not changed."""
    parted = part_light(garment.image_u8, garment.alpha_f32)
    pieces = take_apart(garment)
    unit = size_of_cloth(garment.alpha_f32 > 0.5)
    albedo = even_light(garment.image_u8, garment.alpha_f32, parted, unit)
    trunk = pieces.find("trunk") or pieces.parts[0]
    kind = _kind(parted, trunk, unit)
    groups = {part.group: part for part in pieces.parts if part.mask.sum() > 0.02 * unit**2}
    plain = {name: parted.palette_lab[_main_dye(parted, part)] for name, part in groups.items()}
    plain.setdefault("trunk", plain.get("leg", parted.palette_lab[0]))
    scraps: dict[str, F32] = {}
    if kind == "all over":
        scraps["trunk"] = _scrap(albedo, parted, trunk, garment.label in BUTTONED)
        sleeve = groups.get("sleeve")
        if sleeve is not None and np.abs(_shares(parted, sleeve) - _shares(parted, trunk)).sum() > OTHER_CLOTH:
            scraps["sleeve"] = _scrap(albedo, parted, sleeve, False)
    motif = _find_print(albedo, parted, trunk) if kind == "print" else None
    if kind == "print" and motif is None:
        kind = "plain"
    return GarmentCloth(kind, parted.palette_lab, parted.shares, scraps, plain, pieces.px_per_cm, motif)


def even_light(image_u8: RGBu8, alpha_f32: F32, parted: Parted, unit: float) -> F32:
    """The garment's cloth (H, W, 3) in linear light as if it were lit evenly; finer relief (a knit) stays."""
    light = parted.light_log
    weight = (alpha_f32 > 0.9).astype(np.float32)
    if not parted.patterned:
        light = carried(light, weight, max(2.0, SMOOTH / 2 * unit))
    return np.asarray(np.clip(srgb_to_linear(image_u8) / np.exp(light)[..., None], 0, 1), np.float32)


def _kind(parted: Parted, trunk: Part, unit: float) -> Cloth:
    inner = trunk.mask & parted.sure
    if parted.patterned and float(parted.shares[0]) < PLAIN_SHARE:
        if _in_one_place(parted, trunk):
            return "print"
        if _interleaved(parted, trunk):
            return "all over"
    if not inner.any():
        return "plain"
    # a weave is everywhere, folds are here and there
    texture = everywhere(parted.light_log, inner, unit, LOCAL, SMOOTH / 2)
    return "all over" if texture > TEXTURE else "plain"


def _interleaved(parted: Parted, trunk: Part) -> bool:
    """Whether more than one dye is seen in most places, as in stripes and prints, and not in washes and wide folds."""
    side = max(5, round(PLACE * trunk.width_px))
    weight = cv2.boxFilter(trunk.mask.astype(np.float32), -1, (side, side)) + 1e-6
    most = np.zeros(trunk.mask.shape, np.float32)
    for k in range(len(parted.palette_lab)):
        own = ((parted.labels == k) & trunk.mask).astype(np.float32)
        most = np.maximum(most, cv2.boxFilter(own, -1, (side, side)) / weight)
    return float(np.median(1 - most[trunk.mask])) > MIXED


def _in_one_place(parted: Parted, trunk: Part) -> bool:
    """Whether the sides and the lower end of a trunk are of one dye, and its middle is not."""
    down = trunk.coordinates(*trunk.mask.shape)[1]
    reach = 2 * max(1, round(RIM * trunk.width_px)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (reach, reach))
    inner = cv2.erode(cv2.copyMakeBorder(trunk.mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT), kernel)
    inner = inner[1:-1, 1:-1] > 0
    # the mask's own edge is mixed with what lies behind, and the collar says nothing of the ground
    clean = parted.sure & (down > YOKE * trunk.width_px)
    rim, middle = trunk.mask & ~inner & clean, inner
    if rim.sum() < 50 or middle.sum() < 50:
        return False
    main = _main_dye(parted, trunk)
    of_rim = float((parted.labels[rim] == main).mean())
    of_middle = float((parted.labels[middle] == main).mean())
    # dots and sprigs are in the rim as well, only fewer
    return of_rim > GROUND_SHARE and (1 - of_rim) < RIM_SHARE * (1 - of_middle) and of_rim - of_middle > PRINT_SHARE


def _shares(parted: Parted, part: Part) -> F32:
    counts = np.bincount(parted.labels[part.mask].clip(0), minlength=len(parted.palette_lab))
    return np.asarray(counts / max(counts.sum(), 1), np.float32)


def _main_dye(parted: Parted, part: Part) -> int:
    return int(_shares(parted, part).argmax())


def _scrap(albedo: F32, parted: Parted, part: Part, buttoned: bool) -> F32:
    """The largest straightened piece of a part's cloth, clear of seams, rims and buttons."""
    h, w = part.mask.shape
    # into the part's frame, turned about its middle
    across, down = part.coordinates(h, w)
    xs, ys = across[part.mask], down[part.mask]
    left, top = float(xs.min()), float(ys.min())
    width, height = int(np.ceil(xs.max() - left)) + 1, int(np.ceil(ys.max() - top)) + 1
    axes = np.stack([part.across, part.down], 1)  # columns: where one step across and one step down lead
    start = part.origin_px + axes @ np.array([left, top])
    matrix = np.concatenate([axes, start[:, None]], 1)
    flags, nearest = (how | cv2.WARP_INVERSE_MAP for how in (cv2.INTER_LINEAR, cv2.INTER_NEAREST))
    straight = cv2.warpAffine(albedo, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    whole = cv2.warpAffine(part.mask.astype(np.uint8), matrix, (width, height), flags=nearest)
    rim = 2 * max(2, round(0.035 * part.width_px)) + 1
    mask = cv2.copyMakeBorder(whole, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    mask = cv2.erode(mask, cv2.getStructuringElement(cv2.MORPH_RECT, (rim, rim)))[1:-1, 1:-1]
    if buttoned:
        middle = round(-left)
        reach = max(2, round(0.07 * part.width_px))
        mask[:, max(0, middle - reach) : middle + reach] = 0
    if mask.sum() < 400:
        mask = whole
    dyes = cv2.warpAffine((parted.labels + 1).astype(np.uint8), matrix, (width, height), flags=nearest) - 1
    count = 1 if buttoned and parted.shares[0] > ONE_DYE else len(parted.palette_lab)
    share = QUIET if count == 1 else TYPICAL
    rows, columns = _most_typical(straight, dyes, mask > 0, count, round(share * part.width_px))
    return np.ascontiguousarray(straight[rows, columns])


def _most_typical(
    straight: F32, dyes: NDArray[np.uint8], mask: NDArray[np.bool_], count: int, side: int
) -> tuple[slice, slice]:
    """The square that has all dyes in their usual shares, and through which no seam, pocket or fold runs."""
    rows, columns = largest_rectangle(mask)
    side = max(8, min(max(side, 32), rows.stop - rows.start, columns.stop - columns.start))
    log = np.log(straight.mean(-1) + 0.01).astype(np.float32)
    coarse = cv2.GaussianBlur(log, (0, 0), max(1.5, side / 16))

    def box(values: F32) -> F32:
        whole = cv2.boxFilter(values, -1, (side, side), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
        return np.asarray(whole[: mask.shape[0] - side + 1, : mask.shape[1] - side + 1], np.float32)

    cost = 20 * (1 - box(mask.astype(np.float32)))
    if count == 1:
        cost = cost + np.sqrt(np.maximum(box(coarse * coarse) - box(coarse) ** 2, 0))
    else:
        for k in range(count):
            usual = float((dyes[mask] == k).mean())
            cost = cost + np.abs(box((dyes == k).astype(np.float32)) - usual)
    y, x = np.unravel_index(int(cost.argmin()), cost.shape)
    # enlarged over the largest clear rectangle around it, if the square lies in that
    if count > 1 and rows.start <= y and y + side <= rows.stop and columns.start <= x and x + side <= columns.stop:
        more = side // 4
        top, left = max(rows.start, int(y) - more), max(columns.start, int(x) - more)
        return slice(top, min(rows.stop, int(y) + side + more)), slice(left, min(columns.stop, int(x) + side + more))
    return slice(int(y), int(y) + side), slice(int(x), int(x) + side)


def _find_print(albedo: F32, parted: Parted, trunk: Part) -> Print | None:
    """What is printed on the trunk, with the ground around it; collars and ribs at its rim are none."""
    main = _main_dye(parted, trunk)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    rim = 2 * max(2, round(0.03 * trunk.width_px)) + 1
    inner = cv2.erode(trunk.mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (rim, rim))) > 0
    found = ((parted.labels != main) & trunk.mask).astype(np.uint8)
    found = cv2.morphologyEx(found, cv2.MORPH_OPEN, kernel[1:4, 1:4])
    joined = cv2.dilate(found, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (rim, rim)))
    count, pieces = cv2.connectedComponents(joined)
    down = trunk.coordinates(*trunk.mask.shape)[1]
    keep = np.zeros_like(found)
    for k in range(1, count):
        piece = (pieces == k) & (found > 0)
        area = float(piece.sum())
        if area < LEAST_PRINT * trunk.mask.sum() or (piece & ~inner).sum() > 0.25 * area:
            continue
        ys, xs = np.nonzero(piece)
        wide, tall = float(np.ptp(xs) + 1), float(np.ptp(ys) + 1)
        if wide < ROW * trunk.width_px and tall > 2 * wide:
            continue
        thick = float(cv2.distanceTransform(piece.astype(np.uint8), cv2.DIST_L2, 3).max())
        if thick < THREAD * trunk.width_px:
            continue
        if thick < STRING * trunk.width_px and float(down[piece].mean()) < YOKE * trunk.width_px:
            continue
        keep |= piece.astype(np.uint8)
    if not keep.any():
        return None
    soft = 2 * max(1, round(0.006 * trunk.width_px)) + 1
    alpha = cv2.dilate(keep, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (soft, soft))).astype(np.float32)
    alpha = cv2.GaussianBlur(alpha, (0, 0), max(0.7, soft / 4))
    ys, xs = np.nonzero(alpha > 0.02)
    box = (slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1))
    across, down = trunk.coordinates(*trunk.mask.shape)
    middle = (float(across[box].mean()) / trunk.width_px, float(down[box].mean()) / trunk.width_px)
    return Print(albedo[box].copy(), alpha[box].copy(), middle, (box[1].stop - box[1].start) / trunk.width_px)
