"""From the generator's small drawing to a picture at the photo's own resolution.

Outside the edit region the photo's bytes are copied, not computed.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.cores import in_bands
from tryon.geometry.crops import Crop
from tryon.geometry.enlarge import enlarged_window
from tryon.geometry.fill import weighed
from tryon.models.drawing import Drawing
from tryon.models.generator import SHARPNESS
from tryon.models.inputs import CLOTHES, Base, LayerBases
from tryon.person.agnostic import body_unit, dilate, hands, has_label, under_cloth
from tryon.person.limb_shade import GRID
from tryon.types import MaskF32, PartWarp, Pose, RGBu8

UPPER_ARM = 0.9  # shoulder widths: a sleeve that covers the arm anywhere below hides the arm above
AT_HAND = 0.1  # shoulder widths from skin in which knuckles are a seen hand's
NOTHING_SEEN, BARE_ARM = 0.03, 0.5  # share of an arm's lane that shows skin: none of it, a bare arm
SPREAD_REACH = 31  # work pixels: how far a garment's colours are carried outwards
SLIVER = 0.12  # of the trunk: a smaller piece of cloth beyond a hanging arm looks like a rest, not like a wide hem
DECIDED = 2.0  # sharper than the generator mixes: a leg of which it is three fifths sure is no veil of three fifths
# Exponents of the light by channel; in 122 rendered results bare skin was 1.5 a* and 1.2 b* too grey without them.
SKIN_SHADE = (0.8, 1.05, 1.15)
CALM_GROUND = 0.8  # share of the generator's change that is left out on the ground


@dataclass(frozen=True)
class Window:
    """The part of a crop that lies inside the photo, at the photo's resolution.

    photo and frame are (rows, columns) slices of the photo and of the crop enlarged to photo pixels.
    """

    photo: tuple[slice, slice]
    frame: tuple[slice, slice]


def snap_crop(crop: Crop) -> Crop:
    """The nearest crop whose corner and size are whole photo pixels, so that it enlarges exactly.

    The height becomes a multiple of four photo pixels, for the 3:4 width to be whole too.
    """
    full = 4 * max(4, round(crop.height / crop.scale / 4))
    return Crop(float(round(crop.x0)), float(round(crop.y0)), crop.height / full, crop.width, crop.height)


def full_size(crop: Crop) -> tuple[int, int]:
    """(H, W) of a snapped crop in photo pixels."""
    return round(crop.height / crop.scale), round(crop.width / crop.scale)


def window_of(crop: Crop, photo_size: tuple[int, int]) -> Window:
    """Where a snapped crop and the photo (H, W) overlap."""
    (fh, fw), (h, w) = full_size(crop), photo_size
    x0, y0 = round(crop.x0), round(crop.y0)
    left, top, right, bottom = max(0, x0), max(0, y0), min(w, x0 + fw), min(h, y0 + fh)
    photo = (slice(top, max(top, bottom)), slice(left, max(left, right)))
    frame = (slice(top - y0, max(top, bottom) - y0), slice(left - x0, max(left, right) - x0))
    return Window(photo, frame)


def bare_arms(labels_u8: NDArray[np.uint8], pose: Pose, sleeves_f32: MaskF32) -> NDArray[np.bool_]:
    """Arms that lie in front of the garment's trunk: seen bare ones, and those that lose their sleeve.

    Args:
        labels_u8: (h, w) parsing of the frame. pose: landmarks in it.
        sleeves_f32: (h, w) where the new garment's sleeves are drawn.

    Returns:
        (h, w) bool: pixels where the trunk must not be drawn.
    """
    h, w = labels_u8.shape
    unit = body_unit(pose)
    p, seen = pose.points_px, pose.visibility
    old = has_label(labels_u8, "upper", "dress")
    arms = has_label(labels_u8, "left_arm", "right_arm")
    at_hands = dilate(arms, AT_HAND * unit)
    lanes, bareness = [], []
    for shoulder, elbow, wrist, knuckles in ((11, 13, 15, (17, 19)), (12, 14, 16, (18, 20))):
        # from a little above the elbow: higher up the arm belongs to the shoulder's outline
        start = p[elbow] + 0.25 * (p[shoulder] - p[elbow])
        # under a wide cuff the wrist is found too near: the arm goes on to its hand, where that is seen
        hand = p[list(knuckles)].mean(0)
        x, y = np.clip(np.round(hand), 0, (w - 1, h - 1)).astype(int)
        lane = np.zeros((h, w), np.uint8)
        end = hand if at_hands[y, x] else p[wrist]
        for a, b, width in ((start, p[elbow], 0.21), (p[elbow], p[wrist], 0.17), (p[wrist], end, 0.17)):
            ends = np.clip(np.round([a, b]), -30000, 30000).astype(int)
            cv2.line(lane, tuple(map(int, ends[0])), tuple(map(int, ends[1])), 1, max(1, round(width * unit)))  # type: ignore[arg-type]
        lanes.append((lane > 0) & (min(seen[elbow], seen[wrist]) >= 0.5))
        bareness.append(float(arms[lane > 0].mean()) if lane.any() else 0.0)
    # beside a bare arm one of which nothing is seen has no sleeve either: it is behind the back
    near = np.zeros((h, w), bool)
    for lane, own, other in zip(lanes, bareness, bareness[::-1], strict=True):
        if own > NOTHING_SEEN or other < BARE_ARM:
            near |= lane
    in_front = near & old
    # what a sleeve covers further down is hidden above, too, where it hangs off the arm's inner side
    hidden = (sleeves_f32 >= 0.5) | under_cloth(labels_u8, pose, sleeves_f32 > 0.02, gap=UPPER_ARM)
    # Only what leaves the old sleeve is invented; a bare arm is where the photo shows it.
    return (arms | hands(labels_u8, pose) | in_front) & ~hidden


def without_arms(
    parts: list[PartWarp],
    bare: NDArray[np.bool_],
    folded: NDArray[np.bool_] | None = None,
    seen: NDArray[np.bool_] | None = None,
) -> list[PartWarp]:
    """The same parts with the trunk's region cut where arms lie in front of it, slivers beyond the arms left out.

    Args:
        parts: of the warp. bare: (h, w) bool, arms in front of the trunk. folded: (h, w) bool, forearms in front of
            the sleeves as well. seen: (h, w) bool, skin of arms in the photo, or where arms are believed; one that is
            guessed elsewhere is not, where the trunk would surround it: it is behind the back or within the clothes.
    """
    if folded is not None and folded.any():
        away = 1 - cv2.blur(folded.astype(np.float32), (3, 3))
        parts = [PartWarp(part.name, part.flow_px, part.region_f32 * away) for part in parts]
    trunk = next((part.region_f32 for part in parts if part.name == "torso"), None)
    if seen is not None and trunk is not None and bare.any():
        bare = bare & ~_guessed_islands(bare, trunk > 0.5, seen)
    soft = cv2.blur(bare.astype(np.float32), (3, 3))
    out = []
    for part in parts:
        if part.name == "torso" and bare.any():
            region = part.region_f32 * (1 - soft)
            part = PartWarp(part.name, part.flow_px, region * _main_pieces(region))
        out.append(part)
    return out


def _guessed_islands(bare: NDArray[np.bool_], trunk: NDArray[np.bool_], seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pieces of arms, all (h, w), of which nothing is seen and around which there is nothing but trunk."""
    count, pieces = cv2.connectedComponents(bare.astype(np.uint8), connectivity=8)
    kept = np.zeros(count, bool)
    kept[np.unique(pieces[bare & (seen | ~trunk)])] = True
    rim = cv2.dilate(pieces.astype(np.float32), np.ones((5, 5), np.uint8))
    kept[np.unique(rim[(~trunk | seen) & (rim > 0)].astype(int))] = True
    kept[0] = True
    return ~kept[pieces]


def _main_pieces(region_f32: MaskF32) -> MaskF32:
    """(h, w) 0 or 1: 0 on pieces that are small beside the largest one."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats((region_f32 > 0.02).astype(np.uint8), connectivity=4)
    areas = stats[1:, cv2.CC_STAT_AREA]
    if count <= 2:
        return np.ones_like(region_f32)
    kept = np.concatenate([[True], areas >= SLIVER * areas.max()])
    return np.asarray(kept[pieces], np.float32)


def widen_sleeves(
    rgb_u8: RGBu8, alpha_f32: MaskF32, labels_u8: NDArray[np.uint8], pose: Pose, *, sleeves: bool = True
) -> tuple[RGBu8, MaskF32, MaskF32]:
    """Let sleeves and legs that are narrower than the limb in them cover it, in the cloth's nearest colours.

    Args:
        rgb_u8, alpha_f32: the warped garment, (h, w, 3) and (h, w). labels_u8, pose: of the same frame.
        sleeves: whether the garment has any.

    Returns:
        The garment with the strips added, and the strips (h, w) 0..1.
    """
    covered = alpha_f32 > 0.5
    reach = dilate(covered, 0.14 * body_unit(pose))  # further off it is another limb or a real gap
    strips = under_cloth(labels_u8, pose, covered, sleeves=sleeves) & ~hands(labels_u8, pose) & reach & ~covered
    if not strips.any():
        return rgb_u8, alpha_f32, np.zeros_like(alpha_f32)
    soft = cv2.blur(dilate(strips, 1).astype(np.float32), (3, 3))
    rgb = rgb_u8.copy()
    x, y, w, h = cv2.boundingRect((soft > 0).astype(np.uint8))
    near = (
        slice(max(0, y - SPREAD_REACH), y + h + SPREAD_REACH),
        slice(max(0, x - SPREAD_REACH), x + w + SPREAD_REACH),
    )
    filled, keep = spread_colours(rgb_u8[near], alpha_f32[near]), alpha_f32[near][..., None]
    mixed = np.clip(np.rint(keep * rgb_u8[near] + (1 - keep) * filled), 0, 255).astype(np.uint8)
    rgb[near] = np.where(soft[near][..., None] > 0, mixed, rgb[near])
    return rgb, np.maximum(alpha_f32, soft), soft


def spread_colours(rgb_u8: RGBu8, alpha_f32: MaskF32) -> NDArray[np.float32]:
    """(h, w, 3) float32 0..255: the picture's colours carried outwards from where alpha is 1, near before far."""
    weight = (alpha_f32 > 0.9).astype(np.float32)
    colour = rgb_u8.astype(np.float32) * weight[..., None]
    out = np.zeros_like(colour)
    missing = np.ones(weight.shape, bool)
    for radius in (1, 3, 7, 15, SPREAD_REACH):
        kernel = (2 * radius + 1, 2 * radius + 1)
        near = cv2.blur(weight, kernel)
        usable = missing & (near > 0.02)
        out[usable] = (cv2.blur(colour, kernel)[usable] / near[usable][:, None]).astype(np.float32)
        missing &= ~usable
    return out


def enlarge(map_f32: NDArray[np.float32], size: tuple[int, int], window: Window) -> NDArray[np.float32]:
    """Enlarge a map of the work frame (h, w) or (h, w, C) to photo pixels, and cut the window out of it."""
    kind = cv2.INTER_CUBIC if size[0] > map_f32.shape[0] else cv2.INTER_AREA
    return enlarged_window(map_f32, size, *window.frame, kind)


def add_strips(
    rgb_u8: RGBu8, alpha_f32: MaskF32, small_rgb_u8: RGBu8, strips_f32: MaskF32, size: tuple[int, int], window: Window
) -> tuple[RGBu8, MaskF32]:
    """Put the strips of ``widen_sleeves`` (work frame) beside the full-size garment of the window."""
    strips = np.clip(enlarge(strips_f32, size, window), 0, 1)
    out = rgb_u8.copy()
    x, y, w, h = cv2.boundingRect((strips > 0).astype(np.uint8))
    if w and h:
        box = (slice(y, y + h), slice(x, x + w))
        strip, alpha = strips[box], alpha_f32[box]
        under = enlarge(small_rgb_u8.astype(np.float32), size, _inside(window, box))
        share = (alpha / np.maximum(np.maximum(alpha, strip), 1e-3))[..., None]
        mixed = np.where(strip[..., None] > 0, share * rgb_u8[box] + (1 - share) * under, rgb_u8[box])
        out[box] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return out, np.maximum(alpha_f32, strips)


def blend(
    photo_u8: RGBu8,
    region_f32: MaskF32,
    garment_u8: RGBu8,
    alpha_f32: MaskF32,
    drawing: Drawing,
    ground: Base,
    cloth: Base,
    size: tuple[int, int],
    window: Window,
    light_f32: MaskF32 | None = None,
) -> RGBu8:
    """Put the drawing into the photo, its layers mixed anew at the photo's resolution.

    Args:
        photo_u8: (H, W, 3) whole photo. region_f32: (hw, ww) of the window, may change where over 0.
        garment_u8, alpha_f32: (hw, ww, 3) and (hw, ww), the warped garment in the window at full resolution.
        drawing: the generator's maps, in the work frame. ground, cloth: the layers that go on from the photo,
            planned in the work frame, known in the window's own pixels.
        size: (H, W) of the frame in photo pixels. window: from ``window_of``. light_f32: (h, w), the light on bare
            limbs in the work frame (``tryon.person.limb_shade``); even where None.

    Returns:
        (H, W, 3) uint8; equal to the photo wherever region_f32 is 0.
    """
    out = photo_u8.copy()
    x, y, w, h = cv2.boundingRect((region_f32 > 0).astype(np.uint8))
    if w == 0 or h == 0:
        return out
    scale = size[0] / drawing.mask_f32.shape[0]
    # unfolding pixels leaves a faint grid, which enlarging would show
    layout, change = (cv2.GaussianBlur(m, (0, 0), GRID) for m in (drawing.layout_f32, drawing.change_f32))
    round_skin = drawing.skin_f32 if light_f32 is None else drawing.skin_f32 * _on_skin(light_f32)
    # as much of it as the generator meant, whose mask has other edges
    change = change * (1 - drawing.mask_f32[..., None])
    origin = (window.frame[1].start, window.frame[0].start)

    def mix(rows: slice) -> None:
        box = (slice(y + rows.start, y + rows.stop), slice(x, x + w))
        inner, region = _inside(window, box), np.ascontiguousarray(region_f32[box])
        share = _shares(enlarge(layout, size, inner), scale)
        # folds may darken cloth a good deal; lighting it up more than this bleaches prints
        shading = np.clip(enlarge(drawing.shading_f32, size, inner), 0.5, 1.12)
        mask = share[3] * alpha_f32[box]
        drawn = weighed(enlarge(round_skin, size, inner), share[1])
        drawn += weighed(enlarge(drawing.spread_f32, size, inner), (share[3] - mask) * shading)
        for layer, texture in ((0, ground), (2, cloth)):
            if (share[layer] * region).max() > 0.02:
                drawn += weighed(texture.draw(photo_u8[window.photo], origin, box), share[layer])
        # the ground goes on by itself, and what was added there would shine beside sharper edges
        drawn += weighed(enlarge(change, size, inner), 1 - CALM_GROUND * share[0])
        np.clip(drawn, 0, 1, out=drawn)
        shaded = weighed(np.ascontiguousarray(garment_u8[box]), shading)
        drawn = cv2.scaleAdd(drawn, 255.0, weighed(np.minimum(shaded, 255, out=shaded), mask))
        old = np.ascontiguousarray(out[inner.photo])
        mixed = cv2.add(weighed(cv2.subtract(drawn, old, dtype=cv2.CV_32F), region), old, dtype=cv2.CV_8U)
        out[inner.photo] = cv2.copyTo(mixed, (region > 0).view(np.uint8), old)

    in_bands(h, w, mix)
    return out


def _on_skin(light_f32: MaskF32) -> NDArray[np.float32]:
    """(h, w, 3) gains: in less light skin keeps more of its red, which comes from within, than of its blue."""
    log = np.log(np.maximum(light_f32, 1e-3))
    return np.stack([cv2.exp(log * share) for share in SKIN_SHADE], axis=2)


def _inside(window: Window, box: tuple[slice, slice]) -> Window:
    """A part of a window; box in the window's own pixels."""

    def shifted(outer: tuple[slice, slice]) -> tuple[slice, slice]:
        rows, columns = (slice(o.start + b.start, o.start + b.stop) for o, b in zip(outer, box, strict=True))
        return rows, columns

    return Window(shifted(window.photo), shifted(window.frame))


def _shares(layout: NDArray[np.float32], scale: float) -> list[NDArray[np.float32]]:
    """Softmax of enlarged logits (h, w, 4), a plane each, the sharper the more they were enlarged: edges stay a pixel
    or two wide."""
    sharp = np.float32(DECIDED * SHARPNESS * float(np.clip(scale, 1.0, 2.5)))
    # layer by layer: reductions over a short last axis take several times as long
    layers = cv2.split(layout)
    most = functools.reduce(np.maximum, layers)
    shares = [cv2.exp((layer - most) * sharp) for layer in layers]
    total = functools.reduce(np.add, shares)
    return [share / total for share in shares]


def textures_of(
    bases: LayerBases, labels_u8: NDArray[np.uint8], region_f32: MaskF32, person_f32: MaskF32, scale: float
) -> tuple[Base, Base]:
    """Ground and kept clothes as the window of the photo shows them.

    Args:
        bases: planned in the work frame. labels_u8, region_f32, person_f32: (hw, ww) parsing, edit region and soft
            person mask of the window. scale: photo pixels for each work pixel.
    """
    free = region_f32 == 0
    edge = 2 * max(1, round(0.7 * scale)) + 1
    ground = (has_label(labels_u8, "background") & (person_f32 < 0.1)).astype(np.uint8)
    kept = has_label(labels_u8, *CLOTHES).astype(np.uint8)
    kernel = np.ones((edge, edge), np.uint8)
    return (
        Base(bases.ground.fill, (cv2.erode(ground, kernel) > 0) & free, scale * bases.ground.scale),
        Base(bases.cloth.fill, (cv2.erode(kept, kernel) > 0) & free, scale * bases.cloth.scale),
    )


def touched_pixels(
    person_f32: MaskF32, alpha_f32: MaskF32, missed_f32: MaskF32, size: tuple[int, int], window: Window
) -> MaskF32:
    """Where the photo is not plain background before and after: the rest needs no repainting and stays sharp.

    Args:
        person_f32, alpha_f32: (hw, ww) 0..1, the person's soft mask and the warped garment in the window.
        missed_f32: (h, w) 0..1 in the work frame, clothes that the soft mask does not know.

    Returns:
        (hw, ww) 0..1, soft at its rim.
    """
    some = ((person_f32 > 0.02) | (alpha_f32 > 0.004)).astype(np.uint8)
    # a pixel beside the person's edge may still hold some of its colour: lenses and JPEG blur
    reach = 1 + max(1, round(0.4 * size[0] / missed_f32.shape[0]))
    grown = cv2.dilate(some, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    soft = cv2.blur(grown.astype(np.float32), (2 * reach + 1, 2 * reach + 1))
    return np.maximum(soft, np.clip(enlarge(missed_f32, size, window), 0, 1)) if missed_f32.any() else soft


def full_region(
    region_f32: MaskF32,
    protected_full: NDArray[np.bool_],
    size: tuple[int, int],
    window: Window,
    touched_f32: MaskF32 | None = None,
) -> MaskF32:
    """The edit region at photo resolution: soft at its rim, exactly 0 on protected pixels.

    Args:
        region_f32: (h, w) in the work frame. protected_full: (hw, ww) bool in the window.
        touched_f32: (hw, ww) 0..1 from ``touched_pixels``, if the region is to keep within it.
    """
    region = np.clip(enlarge(region_f32, size, window), 0, 1)
    if touched_f32 is not None:
        region *= touched_f32
    region[region < 0.02] = 0
    scale = size[0] / region_f32.shape[0]
    grown = dilate(protected_full, 0.25 * scale).astype(np.float32)
    # fades towards protected pixels from outside, so hands and hair get no cut-out look
    soft = cv2.GaussianBlur(grown, (0, 0), max(0.6, 0.3 * scale))
    region = region * np.clip(1 - soft, 0, 1)
    region[protected_full] = 0
    return region.astype(np.float32)
