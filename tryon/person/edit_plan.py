"""What may change when a garment takes the place of another, what must be invented, and what to tell the visitor.

The region is the one that the generator was trained with (``agnostic.edit_masks``) wherever nothing special
applies. Special are the cases in which old and new garment do not belong to the same part of the body: coats over
other clothes, dresses that give way to a top or to trousers, jackets worn open over what is there already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from tryon.person.agnostic import (
    Mask,
    body_unit,
    dilate,
    has_label,
    limb_distance,
    old_garment,
    protected_pixels,
    under_cloth,
)
from tryon.person.boots import hidden_feet, hidden_shafts
from tryon.person.figure import body_outline, with_skirt
from tryon.person.sleeve_ends import sleeve_ends
from tryon.types import Category, Garment, LabelsU8, MaskF32, Pose

BARE_ARMS = "Your sleeves covered your arms until now; how they look bare is a guess."
BARE_LEGS = "Your clothes covered your legs until now; how they look bare is a guess."
BARE_WAIST = "Your top covered your waist until now; how it looks is a guess."
HIDDEN_BELOW = "Your old top hid part of what you wear below it; that part is a guess."
HIDDEN_ABOVE = "Your old waistband sat higher than the new one; what shows between them is a guess."
DRESS_AS_SKIRT = "The lower part of your dress is kept as a skirt. Choose a skirt or trousers as well to replace it."
DRESS_AS_TOP = "The upper part of your dress is kept as a top. Choose a top as well to replace it."
COAT_AS_SKIRT = "Nothing can be seen below your coat, so its lower part is kept as a skirt."
UNDER_THE_TOP = "Your top or coat hangs over much of this garment; a photo without it would show more."
OUTER_LABELS = ("Blazer", "Outwear")


@dataclass(frozen=True)
class PlanSettings:
    """Sizes from which something counts, in shoulder widths (squared for areas); seen on street photos."""

    arms: float = 0.12  # about half of a bare forearm
    legs: float = 0.25  # a shin
    waist: float = 0.12  # a hand's breadth of belly
    hidden: float = 0.12  # less is the seam between two garments
    shown_below: float = 0.12  # of a lower garment, for its colours to be known
    tail: float = 0.45  # below the hips: tops that reach further are coats or tunics
    neighbour: float = 0.25  # from the body's outline: the tail of a wide coat hangs together with what is nearer
    crotch: float = 0.15  # below the hips
    seam: float = 0.12  # around clothes that stay, in which they may go on
    sure: float = 0.6  # probability from which "outer" and "open" are believed


DEFAULT = PlanSettings()


@dataclass(frozen=True)
class EditPlan:
    """What a garment changes of a person, in one frame.

    region_f32: (h, w) 0..1, may be repainted. protected: (h, w) bool, is never touched. bare: (h, w) bool, skin
    that clothes covered until now. hidden_cloth: (h, w) bool, where another garment that the old one hid must
    show. cloth_source: (h, w) bool, where that garment can be seen. invented: (h, w) bool, all of the body in the
    region that the new garment does not cover. old: (h, w) bool, the clothes that go. legs_alone: (h, w) bool, below
    the hips, where no garment can show but the new one. outline_f32: (h, w) 0..1, where a body in this pose is.
    feet: (h, w) bool, bare ones that the old clothes hid. warnings: sentences for the visitor.
    """

    region_f32: MaskF32
    protected: Mask
    bare: Mask
    hidden_cloth: Mask
    cloth_source: Mask
    invented: Mask
    old: Mask
    legs_alone: Mask
    outline_f32: MaskF32
    feet: Mask
    warnings: tuple[str, ...] = ()


class _Frame(NamedTuple):
    """What all rules look at; rows and heights in pixels of the frame."""

    labels: LabelsU8
    pose: Pose
    garment: Garment
    covered: Mask  # by the new garment
    outline: MaskF32
    rows: np.ndarray  # (h, 1) row numbers
    unit: float
    waist_y: float
    hip_y: float
    top_y: float | None  # the new garment's first and last row on the trunk; None where it is not on it
    hem_y: float | None
    sleeve_ends: Mask  # cloth on forearms, whatever it is called

    def area(self, mask: Mask) -> float:
        """In squared shoulder widths."""
        return float(np.count_nonzero(mask)) / self.unit**2


def plan_edit(
    labels_u8: LabelsU8, pose: Pose, garment: Garment, alpha_f32: MaskF32, settings: PlanSettings = DEFAULT
) -> EditPlan:
    """Decide what changes.

    Args:
        labels_u8: (h, w) parsing of the frame, of what is worn now. pose: landmarks in the frame.
        garment: the new one; its category, sleeves, layer and front are used.
        alpha_f32: (h, w) 0..1 the new garment as it is laid on the body.
    """
    f = _frame(labels_u8, pose, garment, alpha_f32)
    if garment.category == "upper":
        f = f._replace(outline=with_skirt(f.outline, _shown_below(f), f.hip_y, f.unit))
    protected = protected_pixels(labels_u8, pose, garment.category)
    if garment.category == "lower":
        protected |= _patches_of_the_top(f) | f.sleeve_ends
        protected &= ~_cut_off_tails(f, settings)
    shafts = feet = np.zeros_like(protected)
    if garment.category != "upper":
        shafts, feet = hidden_shafts(labels_u8, pose, f.covered), hidden_feet(labels_u8, pose, f.covered)
        protected &= ~shafts
    old, said = _old_clothes(f, settings)
    old &= ~(protected | _socks(f) | _of_others(f, old, settings))
    old |= shafts
    # the parser's edge is a few pixels off, and the old garment's rim must not stay
    region = dilate(old, 0.045 * f.unit) | dilate(f.covered, 0.02 * f.unit)
    region |= under_cloth(labels_u8, pose, f.covered, sleeves=has_sleeves(garment)) | _belly_beside(f)
    region &= ~(protected | _worn_under(f, settings))
    uncovered = region & ~f.covered & (f.outline > 0.5)
    hidden, source = _hidden_cloth(f, uncovered, settings)
    clothes = has_label(labels_u8, "upper", "lower", "dress")
    bare = uncovered & clothes & ~hidden
    warnings = [*said, *_bare_warnings(f, bare, settings)]
    if hidden.any() and f.area(hidden) > settings.hidden:
        warnings.append(HIDDEN_ABOVE if garment.category == "lower" else HIDDEN_BELOW)
    if garment.category == "lower":
        over = f.covered & has_label(labels_u8, "upper")
        if f.covered.any() and over.sum() > 0.4 * f.covered.sum():
            warnings.append(UNDER_THE_TOP)
    return EditPlan(
        region_f32=region.astype(np.float32),
        protected=protected,
        bare=bare,
        hidden_cloth=hidden,
        cloth_source=source,
        invented=uncovered,
        old=old,
        legs_alone=_legs_alone(f, old, settings) & region,
        outline_f32=f.outline,
        feet=feet & region,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def missed_clothes(plan: EditPlan, person_f32: MaskF32, pose: Pose) -> MaskF32:
    """Clothes that go of which the person's soft mask knows nothing, such as the tail of a wide coat.

    Args:
        plan, person_f32, pose: of one frame; person_f32 (h, w) 0..1.

    Returns:
        (h, w) float32 0..1; thin rims are errors of the labels and are left out.
    """
    unit = body_unit(pose)
    missed = (plan.old & (person_f32 < 0.1)).astype(np.uint8)
    k = 2 * max(1, round(0.04 * unit)) + 1
    missed = cv2.morphologyEx(missed, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (k, k)))
    return dilate(missed > 0, 0.06 * unit).astype(np.float32)


def has_sleeves(garment: Garment) -> bool:
    """Whether a garment can hide arms: a lower one and a sleeveless one whose landmarks have no cuffs surely cannot."""
    if garment.category == "lower":  # hands hang before it
        return False
    return garment.sleeve != "none" or any(name.startswith("cuff_") for name in garment.landmarks_px)


def is_outer(garment: Garment, sure: float = DEFAULT.sure) -> bool:
    """Whether a garment is worn over another top: by its layer where that is known, else by its label."""
    guess = garment.attributes.get("layer")
    if guess is not None and guess.value != "not sure":
        return guess.probability.get("outer", 0.0) >= sure
    return garment.label in OUTER_LABELS


def _frame(labels_u8: LabelsU8, pose: Pose, garment: Garment, alpha_f32: MaskF32) -> _Frame:
    p, unit = pose.points_px, body_unit(pose)
    hip_y, neck_y = float(p[[23, 24], 1].mean()), float(p[[11, 12], 1].mean())
    covered = alpha_f32 > 0.02
    open_front = is_outer(garment)
    middle, half = float(p[[23, 24], 0].mean()), (0.4 if open_front else 0.3) * unit
    left, right = (int(np.clip(round(x), 0, labels_u8.shape[1])) for x in (middle - half, middle + half))
    # a row is on the trunk when most of its middle is cloth; an open front is cloth at its sides alone
    least = 0.25 if open_front else 0.5
    on_trunk = np.flatnonzero(covered[:, left:right].mean(1) > least) if right > left else np.zeros(0, int)
    ends = (float(on_trunk[0]), float(on_trunk[-1])) if len(on_trunk) else (None, None)
    return _Frame(
        labels_u8,
        pose,
        garment,
        covered,
        body_outline(pose, *labels_u8.shape),
        np.arange(len(labels_u8))[:, None],
        unit,
        hip_y - 0.35 * (hip_y - neck_y),
        hip_y,
        top_y=ends[0],
        hem_y=ends[1],
        sleeve_ends=sleeve_ends(labels_u8, pose),
    )


def _old_clothes(f: _Frame, s: PlanSettings) -> tuple[Mask, list[str]]:
    """The clothes that go, and what is to be said about those that stay."""
    category, dress = f.garment.category, has_label(f.labels, "dress")
    if category == "upper":
        return _under_a_new_top(f, dress, s)
    if category == "lower":
        old = old_garment(f.labels, f.pose, "lower", _first_row(f.covered)) | _cut_off_tails(f, s)
        kept = dress & ~old
        return old, [DRESS_AS_TOP] if f.area(kept) > 0.2 and f.area(dress & old) > 0.1 else []
    old = has_label(f.labels, "upper", "lower", "dress")
    if f.hem_y is None or f.area(dress) < 0.5:
        return old, []
    # Tights and trousers under a dress stay under the next one, unless that is the shorter of the two.
    hem = float(np.percentile(np.nonzero(dress)[0], 98))
    if f.hem_y > hem - 0.15 * f.unit:
        old &= ~(has_label(f.labels, "lower") & (f.rows > f.hem_y))
    return old, []


def _patches_of_the_top(f: _Frame) -> Mask:
    """Small spots of the parser's lower garment that lie within a top: pockets and flaps of a coat."""
    lower = has_label(f.labels, "lower", "dress").astype(np.uint8)
    count, components, stats, _ = cv2.connectedComponentsWithStats(lower, connectivity=8)
    out = np.zeros(f.labels.shape, bool)
    if count < 3:
        return out
    upper = has_label(f.labels, "upper")
    largest = int(stats[1:, cv2.CC_STAT_AREA].max())
    for k in range(1, count):
        if stats[k, cv2.CC_STAT_AREA] > 0.25 * largest:
            continue
        spot = components == k
        rim = dilate(spot, 2) & ~spot
        if upper[rim].mean() > 0.8:
            out |= spot
    return out


def _of_others(f: _Frame, old: Mask, s: PlanSettings) -> Mask:
    """Pieces of clothes that are nowhere near this body: a neighbour wears them."""
    near = dilate(f.outline > 0.5, s.neighbour * f.unit)
    count, components = cv2.connectedComponents(old.astype(np.uint8), connectivity=8)
    own = np.zeros(count, bool)
    own[np.unique(components[near & old])] = True
    return np.asarray(~own[components], bool)


def _cut_off_tails(f: _Frame, s: PlanSettings) -> Mask:
    """Pieces of the top that begin far below the hips: of a long coat that is called trousers in between."""
    upper = has_label(f.labels, "upper").astype(np.uint8)
    count, components, stats, _ = cv2.connectedComponentsWithStats(upper, connectivity=8)
    low = stats[:, cv2.CC_STAT_TOP] > f.hip_y + s.tail * f.unit
    low[0] = False
    return np.asarray(low[components], bool) if count > 1 else np.zeros(f.labels.shape, bool)


def _socks(f: _Frame) -> Mask:
    """Lower garments that begin at the knees or below and that the new garment does not reach: socks stay on."""
    knees = float(f.pose.points_px[[25, 26], 1].mean())
    out = np.zeros(f.labels.shape, bool)
    if f.garment.category == "upper" or f.hem_y is None:
        return out
    lower = has_label(f.labels, "lower", "dress").astype(np.uint8)
    count, components, stats, _ = cv2.connectedComponentsWithStats(lower, connectivity=8)
    for k in range(1, count):
        if stats[k, cv2.CC_STAT_TOP] < knees - 0.1 * f.unit:
            continue
        spot = components == k
        above = dilate(spot, 0.06 * f.unit) & (f.rows < stats[k, cv2.CC_STAT_TOP] + 0.04 * f.unit)
        # bare skin above them; trousers that a hand or a bag cuts in two go on below it
        if has_label(f.labels, "left_leg", "right_leg")[above].any() and not (spot & f.covered).any():
            out |= spot
    return out


def _under_a_new_top(f: _Frame, dress: Mask, s: PlanSettings) -> tuple[Mask, list[str]]:
    """A new top: dresses stay as skirts below its hem, coats go if it can be seen what is below them."""
    cut = f.hip_y - 0.1 * f.unit
    if f.hem_y is not None:  # no more of a dress goes than must
        cut = min(cut, max(f.hem_y, f.waist_y))
    old, said = has_label(f.labels, "upper") | (dress & (f.rows < cut)) | f.sleeve_ends, []
    if f.area(dress & (f.rows >= cut)) > 0.2:
        said.append(DRESS_AS_SKIRT)
    tail = has_label(f.labels, "upper") & (f.rows > f.hip_y + s.tail * f.unit)
    if f.area(tail) > 0.15 and f.area(_shown_below(f)) < s.shown_below:
        stays = max(f.hem_y if f.hem_y is not None else f.hip_y, f.waist_y)
        old &= (f.rows <= stays) | f.sleeve_ends
        said.append(COAT_AS_SKIRT)
    return old, said


def _first_row(covered: Mask) -> float | None:
    rows = np.flatnonzero(covered.any(1))
    return float(rows[0]) if len(rows) else None


def _shown_below(f: _Frame) -> Mask:
    """What can be seen of the lower garment, or of a dress below the hips."""
    return has_label(f.labels, "lower") | (has_label(f.labels, "dress") & (f.rows > f.hip_y))


def _legs_alone(f: _Frame, old: Mask, s: PlanSettings) -> Mask:
    """Below the hips, away from what stays on: all that was worn there goes, so legs are bare below the new hem."""
    if f.garment.category == "upper":
        return np.zeros(f.labels.shape, bool)
    stays = has_label(f.labels, "upper", "lower", "dress", "accessory") & ~old
    return np.asarray((f.rows > f.hip_y + s.crotch * f.unit) & ~dilate(stays, s.seam * f.unit), bool)


def _belly_beside(f: _Frame) -> Mask:
    """Skin of the waist above the hem of a top that covers it: a garment narrower than the body leaves none."""
    if f.garment.category == "lower" or f.hem_y is None:
        return np.zeros(f.labels.shape, bool)
    return has_label(f.labels, "torso_skin") & (f.rows > f.waist_y - 0.3 * f.unit) & (f.rows < f.hem_y)


def _worn_under(f: _Frame, s: PlanSettings) -> Mask:
    """The old top where it shows between the fronts or in the neck of an outer garment."""
    none = np.zeros(f.labels.shape, bool)
    if f.garment.category != "upper" or not is_outer(f.garment, s.sure):
        return none
    left = np.maximum.accumulate(f.covered, axis=1)
    right = np.maximum.accumulate(f.covered[:, ::-1], axis=1)[:, ::-1]
    between = left & right & ~f.covered & (limb_distance(f.labels.shape, f.pose, "arm") > 0.3 * f.unit)
    # below its hem there is cloth on both sides too, that of its sleeves
    end = f.hip_y + 0.3 * f.unit if f.hem_y is None else f.hem_y
    inner = between & has_label(f.labels, "upper", "dress") & (f.rows < end)
    # sampled once more: a rim of the old colours at the new edge is worse than a rim of guessed ones
    return inner & ~dilate(f.covered, 0.02 * f.unit) if inner.any() else none


def _hidden_cloth(f: _Frame, uncovered: Mask, s: PlanSettings) -> tuple[Mask, Mask]:
    """Where a garment must show that the old one hid, and where it can be seen."""
    none = np.zeros(f.labels.shape, bool)
    category: Category = f.garment.category
    if category == "upper" and f.hem_y is not None:
        source = _shown_below(f) & ~f.covered
        where = uncovered & has_label(f.labels, "upper", "dress") & (f.rows > max(f.hem_y - 0.1 * f.unit, f.waist_y))
        where &= limb_distance(f.labels.shape, f.pose, "arm") > 0.12 * f.unit
    elif category == "lower" and f.top_y is not None:
        above = f.rows < f.top_y
        source = has_label(f.labels, "upper", "dress") & above & (f.rows > f.waist_y - 0.8 * f.unit)
        skin = has_label(f.labels, "torso_skin") & above & (f.rows > f.waist_y - 0.3 * f.unit)
        if skin.sum() > 0.5 * source.sum():
            return none, none
        where = uncovered & has_label(f.labels, "lower", "dress") & (f.rows < f.top_y + 0.1 * f.unit)
    else:
        return none, none
    if f.area(source) < s.shown_below:
        return none, none
    return where, source


def _bare_warnings(f: _Frame, bare: Mask, s: PlanSettings) -> list[str]:
    """One sentence for each part of the body that much of is uncovered."""
    if not bare.any():
        return []
    arms = bare & (limb_distance(f.labels.shape, f.pose, "arm") < 0.15 * f.unit) & (f.garment.category != "lower")
    below = bare & ~arms & (f.rows > f.hip_y + 0.2 * f.unit)
    waist = bare & ~arms & (f.rows > f.waist_y - 0.2 * f.unit) & (f.rows <= f.hip_y + 0.2 * f.unit)
    found = []
    if f.area(arms) > s.arms:
        found.append(BARE_ARMS)
    if f.area(below) > s.legs:
        found.append(BARE_LEGS)
    if f.area(waist) > s.waist and f.garment.category == "upper":
        found.append(BARE_WAIST)
    return found
