"""What changes a garment's colour by place: other sleeves and collars, blocks, stripes, dip dye, washing."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.artwork import rgb
from tryon.synth.fabric_specs import FabricSpec
from tryon.synth.flat_layout import FlatLayout, mask_of
from tryon.synth.weaves import noise

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
SIDE_STRIPE_CM = 2.4
WORN_DENIM = (205, 212, 220)  # the white warp that shows where indigo is gone


def blend_colour(picture: U8, colour: tuple[int, int, int], share: U8) -> None:
    """Lay a colour over a picture in place where share (H, W) uint8 is above 0."""
    x, y, w, h = cv2.boundingRect(share)
    if w == 0:
        return
    view, a = picture[y : y + h, x : x + w], share[y : y + h, x : x + w]
    alpha = cv2.merge([a, a, a]).astype(np.float32) * np.float32(1 / 255)
    view[:] = (view + (np.array(colour, np.float32) - view) * alpha + 0.5).astype(np.uint8)


def paint_zones(picture: U8, spec: FabricSpec, layout: FlatLayout, is_front: bool) -> None:
    """Colour the zones of a spec on one side, in place."""
    for place, colour in spec.zones:
        blend_colour(picture, rgb(colour), zone_mask(place, layout, is_front))


def zone_mask(place: str, layout: FlatLayout, is_front: bool) -> U8:
    """(H, W) uint8 0..255: where a zone lies; nothing where the garment has no such place."""
    parts = layout.front if is_front else layout.back
    none = np.zeros(layout.shape, np.uint8)
    if place in ("sleeves", "raglan"):
        mask = none
        for part in layout.turned_front if is_front else layout.turned_back:
            x0, y0, x1, y1 = part.box
            mask[y0:y1, x0:x1][part.mask > 0] = 255
        if place == "raglan":
            for polygon in _raglans(layout):
                cv2.fillPoly(mask, [np.round(polygon * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        return mask
    if place in ("collar", "cuffs", "hem", "waistband"):
        names = {
            "collar": ("neckband", "collar", "hood_edge"), "cuffs": ("cuff", "armband"), "hem": ("hem", "hem_band"),
            "waistband": ("waistband",),
        }[place]  # fmt: skip
        mask = cv2.dilate(mask_of(parts, "collar") * 255, np.ones((3, 3), np.uint8)) if place == "collar" else none
        for f in layout.features:
            if f.kind == "band" and f.name.startswith(names) and f.sides in ("both", "front" if is_front else "back"):
                line = [np.round(f.points * 16).astype(np.int32)]
                cv2.polylines(mask, line, False, 255, max(1, round(f.width_px)), cv2.LINE_AA, 4)
        return mask
    return _block(place, layout, parts)


def _block(place: str, layout: FlatLayout, parts: U8) -> U8:
    """Large areas and stripes that follow the garment's measures."""
    h, w = layout.shape
    mask = np.zeros((h, w), np.uint8)
    _, y0, _, y1 = layout.torso_box
    armpit = layout.landmarks.get("armpit_left", (0.0, y0 + 0.33 * (y1 - y0)))[1]
    if place == "yoke":
        mask[: round(armpit - 2 * layout.ppcm)] = 255
        mask[cv2.dilate(mask_of(parts, "left_sleeve", "right_sleeve"), np.ones((9, 9), np.uint8)) > 0] = 255
    elif place == "lower":
        mask[round(armpit + 0.45 * (y1 - armpit)) :] = 255
        mask[mask_of(parts, "left_sleeve", "right_sleeve") > 0] = 0
    elif place == "half":
        mask[:, round(layout.middle_x) :] = 255
    elif place == "band":
        mask[round(armpit + 1 * layout.ppcm) : round(armpit + 11 * layout.ppcm)] = 255
        mask[mask_of(parts, "left_sleeve", "right_sleeve") > 0] = 0
    elif place == "side_stripe":
        body = mask_of(parts, "torso", "skirt", "left_leg", "right_leg")
        shift = max(2, round(SIDE_STRIPE_CM * layout.ppcm))
        right, left = np.zeros_like(body), np.zeros_like(body)
        right[:, :-shift], left[:, shift:] = body[:, shift:], body[:, :-shift]
        columns = np.arange(w)[None] < layout.middle_x
        mask[(body > 0) & np.where(columns, left == 0, right == 0)] = 255
        mask = cv2.dilate(mask, np.ones((1, 5), np.uint8)) & np.where(
            cv2.dilate(body, np.ones((5, 5), np.uint8)) > 0, 255, 0
        ).astype(np.uint8)
    elif place == "sleeve_stripe":
        for part in layout.turned_front:
            bx0, by0, bx1, by1 = part.box
            yy, xx = np.mgrid[0 : by1 - by0, 0 : bx1 - bx0].astype(np.float32)
            m = part.to_cloth
            across = m[0, 0] * xx + m[0, 1] * yy + m[0, 2]
            inner = across[part.mask > 0]
            middle = float(np.median(inner))
            outer = 1 if part.part == "left_sleeve" else -1
            place_x = middle + outer * 0.30 * float(inner.max() - inner.min()) * 0.5
            mask[by0:by1, bx0:bx1][(part.mask > 0) & (np.abs(across - place_x) < 1.3 * layout.ppcm)] = 255
    return mask


def _raglans(layout: FlatLayout) -> list[F32]:
    """The shoulder triangles that belong to raglan sleeves."""
    found = []
    for side in ("left", "right"):
        names = (f"neck_{side}", f"shoulder_{side}", f"armpit_{side}")
        if all(n in layout.landmarks for n in names):
            neck, shoulder, armpit = (np.asarray(layout.landmarks[n], np.float32) for n in names)
            out = (shoulder - neck) * 0.12
            bow = 0.5 * (neck + armpit) + 0.10 * (neck + armpit - 2 * shoulder) * np.float32(-1)
            found.append(np.stack([neck, shoulder + out, armpit + out, armpit, bow]).astype(np.float32))
    return found


def paint_field(spec: FabricSpec, layout: FlatLayout, rng: np.random.Generator) -> U8:
    """Colours that run over the whole garment: gradients, dip dye, tie-dye, two halves; (H, W, 3) uint8."""
    h, w = layout.shape
    x0, y0, x1, y1 = layout.box
    yy = ((np.arange(h, dtype=np.float32) - y0) / max(1, y1 - y0))[:, None]
    xx = ((np.arange(w, dtype=np.float32) - layout.middle_x) / max(1, x1 - x0))[None]
    wobble = noise("cloud", (h, w), rng)
    if spec.kind == "tiedye":
        cy = float(rng.uniform(0.35, 0.6))
        radius = np.sqrt(xx**2 + ((yy - cy) * (y1 - y0) / max(1, x1 - x0)) ** 2)
        if spec.style == "spiral":
            phase = np.arctan2(yy - cy, xx) / (2 * np.pi) * 3 + radius * 6
        elif spec.style == "rings":
            phase = radius * 5 + 0 * yy
        else:
            phase = 0.9 * np.roll(wobble, 97, 0) + 0 * yy
        value = (np.mod(phase + 0.22 * wobble, 1.0)).astype(np.float32)
    elif spec.style == "dip":
        edge = float(rng.uniform(0.45, 0.75))
        value = np.clip((yy - edge) / 0.10 + 0.5 + 0.25 * wobble, 0, 1).astype(np.float32)
    else:
        value = np.clip(yy + 0.04 * wobble, 0, 1).astype(np.float32)
    stops = np.array([rgb(c) for c in spec.colours], np.float32)
    if spec.kind == "tiedye":
        stops = np.concatenate([stops, stops[:1]])
    at = np.linspace(0, 1, 256) * (len(stops) - 1)
    table = np.stack([np.interp(at, np.arange(len(stops)), stops[:, k]) for k in range(3)], 1)
    index = (value * 255).astype(np.uint8)
    return np.asarray(cv2.LUT(cv2.merge([index, index, index]), table.astype(np.uint8)[None]), np.uint8)


def paint_wash(
    picture: U8, spec: FabricSpec, layout: FlatLayout, parts: U8, rng: np.random.Generator, *, is_front: bool
) -> None:
    """Denim's worn places in place: thighs, seat and knees lighter, whiskers at the hip, pale edges."""
    x, y, w, h = cv2.boundingRect(parts)
    if w < 8 or h < 8:
        return
    half = (w // 2, h // 2)  # washing is soft: half the resolution does
    light = np.zeros((half[1], half[0]), np.float32)
    for side in ("left_leg", "right_leg"):
        lx, ly, lw, lh = cv2.boundingRect(mask_of(parts, side))
        if lw == 0:
            continue
        for at, size, gain in ((0.22, 0.20, 1.0), (0.55, 0.12, 0.5)) if is_front else ((0.10, 0.14, 0.8),):
            centre = (round((lx - x + (0.52 + rng.normal(0, 0.02)) * lw) / 2), round((ly - y + at * lh) / 2))
            axes = (max(2, round(0.17 * lw / 2)), max(2, round(size * lh / 2)))
            cv2.ellipse(light, centre, axes, 0, 0, 360, gain, -1)
    light = cv2.resize(light, (max(4, half[0] // 4), max(4, half[1] // 4)), interpolation=cv2.INTER_AREA)
    light = cv2.GaussianBlur(light, (0, 0), max(0.8, 0.45 * layout.ppcm))
    light = cv2.resize(light, half, interpolation=cv2.INTER_LINEAR)
    if is_front:
        light += _whiskers(layout, parts, (x, y), half, rng)
    light += np.float32(0.12) * noise("cloud", (half[1], half[0]), rng)
    solid = cv2.copyMakeBorder(cv2.compare(parts[y : y + h, x : x + w], 0, cv2.CMP_GT), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    edge = cv2.subtract(solid, cv2.erode(solid, np.ones((3, 3), np.uint8)))[1:-1, 1:-1]
    light = cv2.resize(light, (w, h), interpolation=cv2.INTER_LINEAR)
    share = np.clip(light + edge.astype(np.float32) * np.float32(0.4 / 255), 0, 1) * np.float32(0.42 * spec.wash)
    blend_share(picture[y : y + h, x : x + w], WORN_DENIM, share)


def blend_share(view: U8, colour: tuple[int, int, int], share: F32) -> None:
    """Lay a colour over a picture in place; share (h, w) float32 0..1."""
    keep = 1 - share
    kept = cv2.multiply(view, cv2.merge([keep, keep, keep]), dtype=cv2.CV_8U)
    view[:] = cv2.add(kept, cv2.merge([(share * np.float32(c)).astype(np.uint8) for c in colour]))


def _whiskers(
    layout: FlatLayout, parts: U8, origin: tuple[int, int], half: tuple[int, int], rng: np.random.Generator
) -> F32:
    """Creases that run from the fly outwards, at half resolution."""
    light = np.zeros((half[1], half[0]), np.uint8)
    ppcm, top = layout.ppcm, layout.torso_box[1]
    for side, part in ((1, "left_leg"), (-1, "right_leg")):
        _, _, lw, lh = cv2.boundingRect(mask_of(parts, part))
        for _ in range(int(rng.integers(3, 7))):
            y = top + (0.20 + 0.13 * rng.random()) * min(lh, 60 * ppcm)
            a = np.array([layout.middle_x + side * (0.12 + 0.1 * rng.random()) * lw, y + 3 * ppcm])
            b = np.array([layout.middle_x + side * (0.62 + 0.2 * rng.random()) * lw, y - rng.uniform(-1, 3) * ppcm])
            line = np.round((np.stack([a, b]) - origin) * 8).astype(np.int32)
            cv2.polylines(light, [line], False, int(rng.uniform(60, 130)), max(1, round(0.35 * ppcm)), cv2.LINE_AA, 4)
    return cv2.GaussianBlur(light, (0, 0), max(0.6, 0.22 * ppcm)).astype(np.float32) * np.float32(0.7 / 255)
