"""Mistakes of the parser that a look at the whole figure mends.

The network names every pixel by what surrounds it. What it cannot see follows from the figure: a speck "bag" in the
middle of a skirt is a piece of the skirt, a patch "top" below the hips that has the skirt's colours is skirt as well,
and a patch "trousers" within a coat of just that cloth is coat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.person.agnostic import Mask, body_unit, dilate, hands, has_label, limb_distance
from tryon.types import LABEL, LabelsU8, Pose, RGBu8

CLOTHES = ("upper", "lower", "dress")
IN_OTHER_LIGHT = np.array([0.5, 1, 1], np.float32)  # a hem that flies is lit from behind
CRUMB = 8  # pixels, at the resolution that is looked at
SPECKS = ("accessory", "hair", "face", "footwear", "background", *CLOTHES)


@dataclass(frozen=True)
class RepairSettings:
    """From where on a patch is a mistake; areas in squared shoulder widths, colours in dE of CIE Lab."""

    longest: int = 420  # pixels of the longer side that is looked at: patches are larger than that
    speck: float = 0.035  # a hand is .1, a phone .06
    in_cloth: float = 0.85  # share of a speck's rim that is clothes
    enclosed: float = 0.95  # share of its rim from which it is surely a piece of one garment, up to twice as large
    within: float = 0.7  # share of a patch's rim that is the coat around it
    same: float = 6.0  # colours that are one cloth; black tights under a black dress are further apart
    piece: float = 0.2  # of the coat's area: larger patches are skirts and dresses below it
    clear: float = 6.0  # a patch is so much nearer to one cloth than to the other
    skirt: float = 0.1  # shoulder widths below the hips from where on nothing begins that is a top
    island: float = 0.9  # share of its rim from which a patch lies within the skirt
    hem: float = 0.2  # share of its rim by which a flying hem hangs on its skirt
    patterned: float = 8.0  # L*: how much more one cloth's lightness varies than another's
    apart: float = 25.0  # colours that are surely two garments
    same_dark: float = 12.0  # leather over tights, denim in another light
    shorts: float = 0.15  # what is taken for a lower garment is larger than this
    seam: float = 1.0  # pixels of its rim towards the lower garment for each pixel of a shoulder's width
    across: float = 0.75  # share of the top's width there
    above: float = 0.12  # share of a dress that lies above the waist, at least
    dark: float = 30.0  # L*: below it all cloth looks alike
    half: float = 0.3  # share of a dress's rim towards clothes beyond which a top of its cloth is a piece of it
    larger: float = 1.2  # a patch is at most so many times as large as the skirt it belongs to
    arm: float = 0.28  # shoulder widths from the arms' bones to where an arm's skin begins that is somebody else's
    seen: float = 0.4  # visibility from which a forearm is where the pose has it
    sleeve: float = 0.18  # half of a sleeve with its cuff
    cuff: float = 0.012  # bracelets and watches are smaller
    largest_cuff: float = 0.4
    on_sleeve: float = 0.6  # share of a cuff that lies along the forearm; bags hang beside it
    cuff_cloth: float = 0.2  # share of its rim that is the sleeve
    cuff_skin: float = 0.3  # and at most that is the hand: bracelets lie on bare arms
    alone: float = 0.97  # share of a limb's rim from which it hangs together with nothing of the person
    leg: float = 0.5  # the same of legs; a hand that the pose misses is seldom further off than a forearm is thick
    hand: tuple[float, float] = (0.45, 0.13)  # shoulder widths from its middle, and area, of a piece of a hand
    of_arm: float = 0.12  # share of such a piece's rim that is the arm
    beside: float = 0.3  # share of a patch's rim towards clothes that is the skirt it belongs to


DEFAULT = RepairSettings()


class _Patch(NamedTuple):
    """A connected piece of some labels: its pixels and its rim within a window of the picture."""

    window: tuple[slice, slice]
    inside: Mask
    rim: Mask
    area: int
    top: int


def repaired_labels(labels_u8: LabelsU8, image_u8: RGBu8, pose: Pose, settings: RepairSettings = DEFAULT) -> LabelsU8:
    """The labels with patches of wrong names given the name of what they belong to.

    Args:
        labels_u8: (H, W) indices into LABELS. image_u8: (H, W, 3) photo. pose: landmarks in its pixels.

    Returns:
        (H, W) uint8; the given array where nothing is to be mended.
    """
    h, w = labels_u8.shape
    step = max(1, -(-max(h, w) // settings.longest))
    small = labels_u8[::step, ::step].copy()
    before = small.copy()
    near = Pose((pose.points_px / step).astype(np.float32), pose.visibility)
    lab = cv2.cvtColor(np.ascontiguousarray(image_u8[::step, ::step]), cv2.COLOR_RGB2LAB).astype(np.float32)
    lab[..., 0] *= 100 / 255
    _join_hands(small, near, settings)
    _drop_strange_limbs(small, near, settings)
    _join_cuffs(small, near, settings)
    _join_specks(small, near, settings)
    _join_tails(small, lab, near, settings)
    _join_coats(small, lab, near, settings)
    _join_halves(small, lab, near, settings)
    _part_tops(small, lab, near, settings)
    _join_hems(small, lab, near, settings)
    if np.array_equal(small, before):
        return labels_u8
    changed = np.where(small != before, small, 255).astype(np.uint8)
    size = (changed.shape[1] * step, changed.shape[0] * step)
    new = cv2.resize(changed, size, interpolation=cv2.INTER_NEAREST)[:h, :w]
    old = cv2.resize(before, size, interpolation=cv2.INTER_NEAREST)[:h, :w]
    # rims of patches lie between the pixels that were looked at: one more ring of the same old name goes along
    if step > 1:
        ring = cv2.dilate(np.where(new == 255, 0, new + 1).astype(np.uint8), np.ones((2 * step + 1,) * 2, np.uint8))
        was = cv2.dilate(np.where(new == 255, 0, old + 1).astype(np.uint8), np.ones((2 * step + 1,) * 2, np.uint8))
        take = (new == 255) & (ring > 0) & (was == labels_u8 + 1)
        new = np.where(take, ring - 1, new).astype(np.uint8)
        old = np.where(take, labels_u8, old)
    take = (new != 255) & (labels_u8 == old)
    return _without_crumbs(np.where(take, new, labels_u8).astype(np.uint8), take & (labels_u8 != new), step)


def _without_crumbs(labels: LabelsU8, changed: Mask, step: int) -> LabelsU8:
    """Crumbs of clothes along the old border of a mended patch, a few pixels each, join what was mended.

    Args:
        labels: (H, W) after mending. changed: (H, W) bool, what was. step: pixels between those that were looked at.
    """
    kernel = np.ones((4 * step + 1,) * 2, np.uint8)
    beside = cv2.dilate(np.where(changed, labels + 1, 0).astype(np.uint8), kernel)
    out = labels.copy()
    for name in CLOTHES:
        own = ((labels == LABEL[name]) & ~changed).astype(np.uint8)
        _, pieces, stats, _ = cv2.connectedComponentsWithStats(own, connectivity=8)
        crumb = stats[:, cv2.CC_STAT_AREA] <= CRUMB * step**2
        crumb[0] = False  # all that is not of this name
        out = np.where(crumb[pieces] & (beside > 0), beside - 1, out)
    return out.astype(np.uint8)


def _patches(mask: Mask, reach: int = 2) -> list[_Patch]:
    """The connected pieces of a mask, with rims ``reach`` pixels wide."""
    count, components, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    h, w = mask.shape
    out = []
    for k in range(1, count):
        x, y, bw, bh, area = (int(v) for v in stats[k])
        window = (slice(max(0, y - reach), min(h, y + bh + reach)), slice(max(0, x - reach), min(w, x + bw + reach)))
        inside = components[window] == k
        out.append(_Patch(window, inside, dilate(inside, reach) & ~inside, area, y))
    return out


def _join_hands(labels: LabelsU8, pose: Pose, s: RepairSettings) -> None:
    """A "leg" that is a piece of a hand: it hangs on the arm, and no leg is near."""
    unit = body_unit(pose)
    legs = has_label(labels, "left_leg", "right_leg")
    for name, landmarks in (("left_arm", [15, 17, 19]), ("right_arm", [16, 18, 20])):
        middle = pose.points_px[landmarks].mean(0)
        if not legs.any() or not np.isfinite(middle).all():
            continue
        for patch in _patches(legs):
            rows, columns = np.nonzero(patch.inside)
            apart = np.hypot(columns + patch.window[1].start - middle[0], rows + patch.window[0].start - middle[1])
            if patch.area > s.hand[1] * unit**2 or apart.max() > s.hand[0] * unit:
                continue
            view = labels[patch.window]
            if (view[patch.rim] == LABEL[name]).mean() > s.of_arm:
                view[patch.inside] = LABEL[name]


def _drop_strange_limbs(labels: LabelsU8, pose: Pose, s: RepairSettings) -> None:
    """Skin of limbs that begins far from where the pose has them is a passer-by's, or no skin: ground. So is what hangs
    together with nothing of the person."""
    for name, reach in (("arm", s.arm), ("leg", s.leg)):
        skin = has_label(labels, f"left_{name}", f"right_{name}")
        if not skin.any():
            continue
        distance = limb_distance(labels.shape, pose, name)
        if np.isinf(distance).any():  # no bone is in the picture
            continue
        far = distance > reach * body_unit(pose)
        count, components = cv2.connectedComponents(skin.astype(np.uint8), connectivity=8)
        own = np.zeros(count, bool)
        own[np.unique(components[skin & ~far])] = True
        around = cv2.dilate(skin.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        beside = cv2.dilate(components.astype(np.uint16), np.ones((3, 3), np.uint8))[around & ~skin]
        touched = beside[labels[around & ~skin] != LABEL["background"]]
        rims, owned = np.bincount(beside, minlength=count), np.bincount(touched, minlength=count)
        own &= owned > (1 - s.alone) * rims
        labels[skin & ~own[components]] = LABEL["background"]


def _join_cuffs(labels: LabelsU8, pose: Pose, s: RepairSettings) -> None:
    """A "bag" on the end of a sleeve is its cuff, of fur or other cloth."""
    unit, p = body_unit(pose), pose.points_px
    things = labels == LABEL["accessory"]
    if not things.any():
        return
    for elbow, wrist in ((13, 15), (14, 16)):
        if pose.visibility[[elbow, wrist]].min() < s.seen:
            continue
        along = p[wrist] - p[elbow]
        ends = np.clip(np.round([p[elbow] + 0.2 * along, p[wrist] + 0.2 * along]), -30000, 30000).astype(int)
        sleeve = np.zeros(labels.shape, np.uint8)
        cv2.line(sleeve, tuple(map(int, ends[0])), tuple(map(int, ends[1])), 1, max(1, round(2 * s.sleeve * unit)))
        for patch in _patches(things):
            if not s.cuff * unit**2 < patch.area < s.largest_cuff * unit**2:
                continue
            if (sleeve[patch.window] > 0)[patch.inside].mean() < s.on_sleeve:
                continue
            view = labels[patch.window]
            rim = view[patch.rim]
            skin = np.isin(rim, (LABEL["left_arm"], LABEL["right_arm"])).mean()
            cloth = {kind: float((rim == LABEL[kind]).mean()) for kind in ("upper", "dress")}
            kind = max(cloth, key=lambda name: cloth[name])
            if cloth[kind] > s.cuff_cloth and skin < s.cuff_skin:
                view[patch.inside] = LABEL[kind]


def _join_specks(labels: LabelsU8, pose: Pose, s: RepairSettings) -> None:
    """Specks of something else in the middle of clothes become the clothes."""
    unit = body_unit(pose)
    held = dilate(hands(labels, pose), 0.08 * unit)
    neck = float(pose.points_px[[11, 12], 1].mean())
    for name in SPECKS:
        for patch in _patches(labels == LABEL[name]):
            if patch.area > 2 * s.speck * unit**2 or patch.top < neck:
                continue
            view = labels[patch.window]
            if (held[patch.window] & patch.inside).any():
                continue
            kind, share = _commonest(view[patch.rim])
            if kind is None:
                continue
            clothes = float(has_label(view, *CLOTHES)[patch.rim].mean())
            small = patch.area <= s.speck * unit**2 and name not in CLOTHES
            if share > s.enclosed or (small and clothes > s.in_cloth):
                view[patch.inside] = kind


def _join_tails(labels: LabelsU8, lab: NDArray[np.float32], pose: Pose, s: RepairSettings) -> None:
    """Below the hips no top begins, and below the waist no dress: such patches belong to what they look like."""
    unit, p = body_unit(pose), pose.points_px
    hips, neck = float(p[[23, 24], 1].mean()), float(p[[11, 12], 1].mean())
    rows = np.arange(len(labels))[:, None]
    # the set of photos that was learned from calls a dress what reaches above the waist, and all else a skirt
    waist = hips - 0.35 * (hips - neck)
    upper, lower = LABEL["upper"], LABEL["lower"]
    for patch in _patches(labels == LABEL["dress"]):
        above = (patch.inside & (rows[patch.window[0]] < waist)).sum()
        view, colours = labels[patch.window], lab[patch.window]
        beside = patch.rim & (view == lower)
        if above >= s.above * patch.area or beside.sum() < s.beside * has_label(view, *CLOTHES)[patch.rim].sum():
            continue
        own, other = _median(colours, patch.inside & dilate(beside, round(0.15 * unit))), _median(colours, beside)
        if own is None or other is None or patch.area > s.larger * (labels == lower).sum():
            continue
        if float(np.linalg.norm(own - other)) < s.same:
            view[patch.inside] = lower
    coat = _median(lab, (labels == upper) & (rows < hips))
    for patch in _patches((labels == upper) & (rows > hips + s.skirt * unit)):
        view, colours = labels[patch.window], lab[patch.window]
        touched = has_label(view, "lower", "dress") & patch.rim
        kind, _ = _commonest(view[touched])
        own, other = _median(colours, patch.inside), _median(colours, touched)
        if kind is None or own is None or other is None:
            continue
        far = float(np.linalg.norm(own - other))
        island = kind == lower and touched.sum() > s.island * patch.rim.sum()
        # an island in a skirt of its cloth is skirt; the tail of a coat looks like the coat, whatever is beside it
        if far < s.same and (island or coat is None or far < float(np.linalg.norm(own - coat)) - s.clear):
            view[patch.inside] = kind


def _join_coats(labels: LabelsU8, lab: NDArray[np.float32], pose: Pose, s: RepairSettings) -> None:
    """Trousers and dresses that coats of the same cloth surround are pieces of the coats."""
    unit = body_unit(pose)
    upper = LABEL["upper"]
    for patch in _patches(has_label(labels, "lower", "dress"), max(2, round(0.05 * unit))):
        view = labels[patch.window]
        around = patch.rim & (view == upper)
        if around.sum() <= s.within * patch.rim.sum() or patch.area > s.piece * (labels == upper).sum():
            continue
        inner = patch.inside & dilate(around, max(2, round(0.06 * unit)))
        own, other = _median(lab[patch.window], inner), _median(lab[patch.window], around)
        if own is not None and other is not None and float(np.linalg.norm(own - other)) < s.same:
            view[patch.inside] = upper


def _join_halves(labels: LabelsU8, lab: NDArray[np.float32], pose: Pose, s: RepairSettings) -> None:
    """A coat or a dress of one light cloth in two names is what the larger half is called."""
    reach = max(2, round(0.05 * body_unit(pose)))
    upper, dress = LABEL["upper"], LABEL["dress"]
    for patch in _patches(labels == dress, reach):
        view, colours = labels[patch.window], lab[patch.window]
        beside = patch.rim & (view == upper)
        if beside.sum() < s.half * has_label(view, *CLOTHES)[patch.rim].sum():
            continue
        own, other = _median(colours, patch.inside & dilate(beside, reach + 1)), _median(colours, beside)
        if own is None or other is None or min(own[0], other[0]) < s.dark:
            continue
        if float(np.linalg.norm(own - other)) < s.same and _alike(colours[patch.inside], lab[labels == upper], s):
            if (labels == upper).sum() > patch.area:
                view[patch.inside] = upper
            else:
                labels[labels == upper] = dress


def _join_hems(labels: LabelsU8, lab: NDArray[np.float32], pose: Pose, s: RepairSettings) -> None:
    """A "bag" that nobody holds, at the side of a skirt of just its light cloth, is a hem in the wind."""
    unit = body_unit(pose)
    hips = float(pose.points_px[[23, 24], 1].mean())
    held = dilate(hands(labels, pose), 0.08 * unit)
    for patch in _patches(labels == LABEL["accessory"]):
        view, colours = labels[patch.window], lab[patch.window]
        beside = patch.rim & has_label(view, "lower", "dress")
        if patch.top < hips - 0.5 * unit or (held[patch.window] & patch.inside).any():
            continue
        if beside.sum() < s.hem * patch.rim.sum():
            continue
        own = _median(colours, patch.inside)
        for kind in (LABEL["dress"], LABEL["lower"]):
            if not (beside & (view == kind)).any():
                continue
            other = _median(lab, labels == kind)  # beside it lies the hem's own shadow
            if own is None or other is None or min(own[0], other[0]) < s.dark:
                continue
            if float(np.linalg.norm((own - other) * IN_OTHER_LIGHT)) < s.same:
                view[patch.inside] = kind
                break


def _alike(one: NDArray[np.float32], other: NDArray[np.float32], s: RepairSettings) -> bool:
    """Whether two sets of Lab pixels are one cloth as a whole: about one colour, and one as patterned as the other."""
    far = float(np.linalg.norm(np.median(one, axis=0) - np.median(other, axis=0)))
    return far < 2 * s.same and abs(float(one[:, 0].std() - other[:, 0].std())) < s.patterned


def _part_tops(labels: LabelsU8, lab: NDArray[np.float32], pose: Pose, s: RepairSettings) -> None:
    """A top that below the waist has another colour, and there that of what is below it, ends where the colour does."""
    unit, p = body_unit(pose), pose.points_px
    hips, neck = float(p[[23, 24], 1].mean()), float(p[[11, 12], 1].mean())
    waist = hips - 0.35 * (hips - neck)
    rows = np.arange(len(labels))[:, None]
    upper, lower = labels == LABEL["upper"], labels == LABEL["lower"]
    above = _median(lab, upper & (rows < waist) & (rows > neck))
    if above is None or not lower.any():
        return
    calm = cv2.GaussianBlur(lab, (0, 0), 1.2)
    other = upper & (np.linalg.norm(calm - above, axis=2) > s.apart)
    # a hand in a pocket, a belt: small gaps are part of it
    other = (cv2.morphologyEx(other.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0) & upper
    other = cv2.morphologyEx(other.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)) > 0
    for patch in _patches(other):
        view, colours = labels[patch.window], lab[patch.window]
        beside = patch.rim & (view == LABEL["lower"])
        if patch.top < waist - 0.2 * unit or patch.area < s.shorts * unit**2 or beside.sum() < s.seam * unit:
            continue
        # as wide as the top is there: not an open jacket's side, not a print
        middle = patch.inside.any(1)
        across = patch.inside[middle].sum() / max(1, (view == LABEL["upper"])[middle].sum())
        own, below = _median(colours, patch.inside), _median(colours, beside)
        if across < s.across or own is None or below is None:
            continue
        if float(np.linalg.norm(own - below)) < s.same_dark and float(np.linalg.norm(own - above)) > s.apart:
            view[patch.inside] = LABEL["lower"]


def _commonest(found: NDArray[np.uint8]) -> tuple[int | None, float]:
    """The clothes' label that most of some pixels have, and its share of all of them."""
    if not len(found):
        return None, 0.0
    counts = {LABEL[n]: int((found == LABEL[n]).sum()) for n in CLOTHES}
    kind = max(counts, key=lambda k: counts[k])
    return (kind, counts[kind] / len(found)) if counts[kind] else (None, 0.0)


def _median(lab: NDArray[np.float32], where: Mask) -> NDArray[np.float32] | None:
    pixels = lab[where]
    return np.asarray(np.median(pixels, axis=0), np.float32) if len(pixels) >= 8 else None
