"""A garment cut out of a photo of somebody wearing it: mask from the parsing, landmarks from the pose."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import GarmentNotFoundError
from tryon.garment.attributes import LEAST, NOT_SURE
from tryon.garment.mask import BoolMask, fill_holes
from tryon.garment.refine import refine_alpha
from tryon.garment.worn_fill import hidden_parts, paint_hidden
from tryon.garment.worn_points import Point, Seen, body_axes, leg_reach, lower_points, upper_points
from tryon.types import (
    ATTRIBUTES,
    CATEGORIES,
    GARMENT_LABELS,
    LABEL,
    Category,
    Garment,
    Guess,
    LabelsU8,
    Person,
)

MIN_SHARE = 0.004  # of the photo: less is a scarf or an error of the parsing
WORK = 512  # long side at which the outline is read
LIMB_SKIN = ("left_arm", "right_arm", "left_leg", "right_leg")
BEFORE = ("left_arm", "right_arm", "hair", "accessory")
SAME_CLOTH = 12.0  # Lab units between the medians of two labels that are one garment
MUCH_HIDDEN = 0.25  # of the garment, from which the visitor is told
NOT_WORN = "No {what} can be seen on the person in the garment photo. Choose another category or another photo."
HIDDEN = "Arms, hair, bags or other clothes hide much of the garment in its photo; those parts are a guess."
SIDEWAYS = "The wearer stands sideways, so only a part of the garment can be seen; a photo from the front fits better."
SEVERAL = "Several people are in the garment photo; the largest one's clothes are taken."
CUT_OFF = "The garment is cut off by the edge of its photo; show all of it for a better result."
# How far along an arm (0 shoulder, 1 wrist) or leg (0 hip, 1 ankle) each length usually reaches.
SLEEVE_REACH = {"none": 0.0, "short": 0.33, "three_quarter": 0.66, "long": 0.95}
LEG_REACH = {"short": 0.25, "knee": 0.53, "long": 0.92}
SURE_LABEL, SURE_SKIRT = 0.45, 0.75  # from which the network is believed on worn garments
TRUST = 0.5  # in its neckline, front and layer: of layers told at over 0.9, three in four were right on street photos
# Shares of none, short, three-quarter and long sleeves among the garments of a label, roughly.
LABEL_SLEEVES = {
    "T-Shirt": (0.04, 0.9, 0.04, 0.02),
    "Longsleeve": (0.01, 0.02, 0.12, 0.85),
    "Shirt": (0.02, 0.2, 0.13, 0.65),
    "Polo": (0.01, 0.87, 0.02, 0.1),
    "Undershirt": (0.93, 0.05, 0.01, 0.01),
    "Top": (0.5, 0.3, 0.1, 0.1),
    "Blouse": (0.1, 0.3, 0.25, 0.35),
    "Hoodie": (0.02, 0.03, 0.05, 0.9),
    "Blazer": (0.01, 0.02, 0.15, 0.82),
    "Outwear": (0.03, 0.02, 0.1, 0.85),
}
REACH_SPREAD = 0.11  # standard deviation of the reading


def garment_from_person(
    person: Person, category: Category | Literal["auto"] = "auto", *, skirt: bool | None = None
) -> Garment:
    """Cut out what somebody wears.

    Parts behind arms, hair, bags and other clothes are completed in the garment's own cloth.

    Args:
        person: an analysed photo.
        category: which garment; "auto" takes the one that fills most of the photo, uppers first.
        skirt: whether a lower garment is one; None to find out by its outline.

    Returns:
        A garment in the photo's own frame with ``worn=True``. Beside the usual landmarks it has
        ``elbow_*`` (uppers, dresses) and ``knee_*`` (lowers), from the pose; ``visibility`` is low for those
        that lie behind something.

    Raises:
        GarmentNotFoundError: nothing of the category is worn.
    """
    labels = person.labels_u8
    areas = {c: float((labels == LABEL[c]).sum()) for c in CATEGORIES}
    chosen: Category = _choose(areas) if category == "auto" else category
    height, width = labels.shape
    s = min(1.0, WORK / max(height, width))
    size = (max(8, round(width * s)), max(8, round(height * s)))
    scale = np.array([size[0] / width, size[1] / height], np.float32)
    joints = (person.pose.points_px + 0.5) * scale - 0.5
    mask = _worn_mask(person, chosen, areas)
    coarse = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    small_labels = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    # a hand on the chest is no hole of the parsing: it is completed below
    visible = _main_parts(coarse > 0.5) & ~(np.isin(small_labels, [LABEL[n] for n in BEFORE]) & (coarse < 0.5))
    if visible.mean() < MIN_SHARE:
        what = {"upper": "top", "lower": "skirt or trousers"}.get(chosen, chosen)
        raise GarmentNotFoundError(NOT_WORN.format(what=what))
    points, reach, hidden = _complete(visible, small_labels, joints, chosen, skirt)
    image, alpha = _cut(person, np.where(visible, coarse, 0).astype(np.float32), visible, hidden)
    restored = {n: tuple(float(v) for v in (p + 0.5) / scale - 0.5) for n, p in points.items()}
    total = max(sum(areas.values()), 1.0)
    attributes = _lengths(chosen, reach, leg_reach(points, joints) if chosen != "upper" else 0.0)
    return Garment(
        image_u8=image,
        alpha_f32=alpha,
        category=chosen,
        category_probability={c: areas[c] / total for c in CATEGORIES},
        label=NOT_SURE,
        label_probability={name: 1 / len(GARMENT_LABELS) for name in GARMENT_LABELS},
        landmarks_px={n: (p[0], p[1]) for n, p in restored.items()},
        sleeve=None if chosen == "lower" else _likeliest(attributes["sleeve"]),  # type: ignore[arg-type]
        leg=None if chosen == "upper" else _likeliest(attributes["leg"]),  # type: ignore[arg-type]
        worn=True,
        warnings=_warnings(person, visible, hidden, joints),
        attributes=attributes,
        visibility=_visibility(points, visible, hidden),
    )


def told_skirt(worn: Garment, read: Garment) -> bool | None:
    """Whether the network is sure that a lower garment is a skirt or trousers, against what its outline told.

    Returns:
        None where they agree or the network is not sure.
    """
    shares = {n: p for n, p in read.label_probability.items() if GARMENT_LABELS[n] == "lower"}
    if worn.category != "lower" or sum(shares.values()) < 0.5:
        return None
    share, outline = shares["Skirt"] / sum(shares.values()), "crotch" not in worn.landmarks_px
    sure = share > SURE_SKIRT or share < 1 - SURE_SKIRT
    return share > 0.5 if sure and (share > 0.5) != outline else None


def with_reading(worn: Garment, read: Garment) -> Garment:
    """A worn garment with what the garment network says of its cut-out: label, neckline, front, layer.

    The network has seen no worn garments, so it is believed later than on flat ones, and a label only
    where the sleeves that the pose tells agree with it.

    Args:
        worn: from ``garment_from_person``. read: the analysis of the same picture with the same alpha.
    """
    shares = {n: p * _agreement(n, worn) for n, p in read.label_probability.items()}
    total = max(sum(shares.values()), 1e-9)
    shares = {n: p / total for n, p in shares.items()}
    of_category = {n: p for n, p in shares.items() if GARMENT_LABELS[n] == worn.category}
    best = max(of_category, key=lambda n: of_category[n])
    # trousers, skirts and dresses are told well once the parsing has told the category; tops are not
    among = 1.0 if worn.category == "upper" else max(sum(of_category.values()), 1e-9)
    label = best if of_category[best] / among >= SURE_LABEL else NOT_SURE
    attributes = {n: _doubted(n, g) for n, g in read.attributes.items() if n not in worn.attributes}
    for name, guess in worn.attributes.items():
        seen = read.attributes.get(name)
        # the pose tells lengths better than the picture alone; the picture has a say where the pose is in doubt
        attributes[name] = guess if seen is None else _joined(name, guess, seen)
    return replace(worn, label=label, label_probability=shares, attributes=attributes)


def _agreement(label: str, worn: Garment) -> float:
    """How well the sleeves suit a label, 0..1; 1 for garments without sleeves."""
    usual, guess = LABEL_SLEEVES.get(label), worn.attributes.get("sleeve")
    if usual is None or guess is None:
        return 1.0
    return sum(p * guess.probability.get(value, 0.0) for value, p in zip(ATTRIBUTES["sleeve"], usual, strict=True))


def _doubted(name: str, guess: Guess) -> Guess:
    """The network's guess half-way to "anything": on worn garments it is right far less often than it says."""
    even = 1 / len(guess.probability)
    return _guess(name, {value: TRUST * p + (1 - TRUST) * even for value, p in guess.probability.items()})


def _joined(name: str, pose: Guess, picture: Guess) -> Guess:
    return _guess(name, {v: p * (0.25 + picture.probability.get(v, 0.0)) for v, p in pose.probability.items()})


def _choose(areas: dict[Category, float]) -> Category:
    if areas["dress"] > 0.7 * (areas["upper"] + areas["lower"]):
        return "dress"
    return "upper" if areas["upper"] > 0.35 * areas["lower"] else "lower"


def _worn_mask(person: Person, category: Category, areas: dict[Category, float]) -> BoolMask:
    """The garment's pixels; a dress may have been parsed as an upper and a lower, and the other way round."""
    labels = person.labels_u8
    names: tuple[Category, ...] = (category,)
    if category == "dress":
        if areas["dress"] < 0.3 * (areas["upper"] + areas["lower"]):
            names = ("upper", "lower", "dress")
        elif areas["upper"] > 0.1 * areas["dress"] and (_starts_low(person) or _alike(person, "upper", "dress")):
            names = ("upper", "dress")  # a jumpsuit's or dress's top half, called an upper
    elif 0.02 * areas[category] < areas["dress"] < areas[category] and _alike(person, category, "dress"):
        names = (category, "dress")
    mask: BoolMask = np.isin(labels, [LABEL[n] for n in names])
    return mask


def _starts_low(person: Person) -> bool:
    """Whether the dress begins below the armpits."""
    rows = np.flatnonzero((person.labels_u8 == LABEL["dress"]).sum(1) > 2)
    a, b, _, _, sw = body_axes(person.pose.points_px)
    return len(rows) > 0 and bool(rows[0] > (a[1] + b[1]) / 2 + 0.6 * sw)


def _alike(person: Person, one: Category, other: Category) -> bool:
    """Whether two labels have the same cloth: the same median colour and the same spread of it."""
    colours = []
    for name in (one, other):
        pixels = person.image_u8[person.labels_u8 == LABEL[name]]
        if len(pixels) < 50:
            return False
        lab = cv2.cvtColor(pixels[None, :: max(1, len(pixels) // 4000)].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        colours.append((np.median(lab[0], axis=0), lab[0].std(0)))
    (a, spread_a), (b, spread_b) = colours
    return bool(np.linalg.norm(a - b) < SAME_CLOTH and np.linalg.norm(spread_a - spread_b) < SAME_CLOTH)


def _main_parts(mask: BoolMask) -> BoolMask:
    """Components of at least a tenth of the largest one, small holes filled."""
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    if count <= 1:
        return np.zeros(mask.shape, bool)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    return fill_holes(np.isin(labels, np.flatnonzero(areas >= 0.1 * areas.max())), largest=0.006)


def _complete(
    visible: BoolMask, labels: LabelsU8, joints: Point, category: Category, skirt: bool | None
) -> tuple[dict[str, Point], float, BoolMask]:
    """Landmarks of the completed garment, how far its sleeves reach, and the hidden part."""
    bare = np.isin(labels, [LABEL[n] for n in LIMB_SKIN])
    before = np.isin(labels, [LABEL[n] for n in BEFORE])

    def read(garment: BoolMask) -> tuple[dict[str, Point], float]:
        seen = Seen(garment, bare & ~garment, before & ~garment)
        return (lower_points(seen, joints, skirt), 0.0) if category == "lower" else upper_points(seen, joints)

    points, reach = read(visible)
    hidden = hidden_parts(visible, labels, points, joints, category)
    if hidden.any():
        points, reach = read(visible | hidden)
    return points, reach, hidden


def _cut(
    person: Person, coarse: NDArray[np.float32], visible: BoolMask, hidden: BoolMask
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The photo with hidden parts painted, and the completed garment's alpha, both at the photo's size."""
    alpha = refine_alpha(person.image_u8, coarse, band_px=1.5)
    # where the garment's edge is the person's, the soft mask knows it better than the labels
    alpha = np.minimum(alpha, np.maximum(person.mask_f32, alpha * (person.mask_f32 < 0.05)))
    if not hidden.any():
        return person.image_u8, alpha
    size = (alpha.shape[1], alpha.shape[0])
    small = cv2.resize(person.image_u8, (hidden.shape[1], hidden.shape[0]), interpolation=cv2.INTER_AREA)
    painted = paint_hidden(np.asarray(small, np.uint8), visible, hidden)
    grown = cv2.dilate(hidden.astype(np.uint8), np.ones((5, 5), np.uint8))
    share = cv2.resize(cv2.blur(grown.astype(np.float32), (3, 3)), size, interpolation=cv2.INTER_LINEAR)[..., None]
    big = cv2.resize(painted, size, interpolation=cv2.INTER_CUBIC)
    image = np.clip(np.rint(person.image_u8 + share * (big.astype(np.float32) - person.image_u8)), 0, 255)
    whole = cv2.morphologyEx((visible | hidden).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    near = whole * cv2.dilate(hidden.astype(np.uint8), np.ones((5, 5), np.uint8))
    added = cv2.resize(cv2.GaussianBlur(near.astype(np.float32), (0, 0), 0.8), size, interpolation=cv2.INTER_LINEAR)
    return image.astype(np.uint8), np.maximum(alpha, np.clip(2 * added - 0.5, 0, 1)).astype(np.float32)


def _lengths(category: Category, sleeve: float, leg: float) -> dict[str, Guess]:
    found = {}
    if category != "lower":
        found["sleeve"] = _by_reach("sleeve", sleeve, SLEEVE_REACH)
    if category != "upper":
        found["leg"] = _by_reach("leg", leg, LEG_REACH)
    return found


def _by_reach(name: str, reach: float, usual: dict[str, float]) -> Guess:
    """Each value's share from the distance to its usual reach (a Gaussian); a reach of 0 is no sleeve."""
    if name == "sleeve" and reach == 0:
        return _guess(name, {v: 0.94 if v == "none" else 0.02 for v in usual})
    shares = {v: float(np.exp(-0.5 * ((min(reach, 0.97) - c) / REACH_SPREAD) ** 2)) + 0.01 for v, c in usual.items()}
    if name == "sleeve":
        shares["none"] = 0.01  # a cuff was found
    return _guess(name, shares)


def _guess(name: str, shares: dict[str, float]) -> Guess:
    total = sum(shares.values())
    probability = {v: shares.get(v, 0.0) / total for v in ATTRIBUTES[name]}
    best = max(probability, key=lambda v: probability[v])
    return Guess(best if probability[best] >= LEAST[name] else NOT_SURE, probability)


def _likeliest(guess: Guess) -> str:
    return max(guess.probability, key=lambda value: guess.probability[value])


def _visibility(points: dict[str, Point], visible: BoolMask, hidden: BoolMask) -> dict[str, float]:
    """Low where a landmark lies in a part that something hides, or off everything that can be seen."""
    behind = cv2.dilate(hidden.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    away = cv2.distanceTransform((~visible).astype(np.uint8), cv2.DIST_L2, 3)
    h, w = visible.shape
    reach = 0.03 * max(h, w)
    out = {}
    for name, (x, y) in points.items():
        column, row = round(float(x)), round(float(y))
        if not (0 <= column < w and 0 <= row < h):
            out[name] = 0.0
        else:
            far = float(np.clip(2 - away[row, column] / reach, 0.2, 1))
            out[name] = 0.2 if behind[row, column] else far
    return out


def _warnings(person: Person, visible: BoolMask, hidden: BoolMask, joints: Point) -> tuple[str, ...]:
    """What the visitor should know of the garment's photo; the person's own warnings speak to somebody else."""
    found = []
    if hidden.sum() > MUCH_HIDDEN * (visible | hidden).sum():
        found.append(HIDDEN)
    a, b, _, _, sw = body_axes(joints)
    if float(np.linalg.norm(a - b)) < 0.6 * sw:
        found.append(SIDEWAYS)
    border = np.concatenate([visible[-1], visible[:, 0], visible[:, -1]])
    if border.sum() > 0.1 * np.sqrt(visible.sum()):
        found.append(CUT_OFF)
    if any("Several people" in sentence for sentence in person.warnings):
        found.append(SEVERAL)
    return tuple(found)
