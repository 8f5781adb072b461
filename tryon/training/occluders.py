"""Things that hide clothes: bags, hair and hands cut from other photos, drawn phones, posts and door frames.

They are pasted into training views with their own label, so that the parser learns that a garment ends where
something lies over it, wherever that is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.person.agnostic import body_unit, hands
from tryon.training.people_data import PersonRecord, View
from tryon.types import LABEL, Pose

U8 = NDArray[np.uint8]
LEAST_PX, MOST_SIDE_PX = 150, 260  # of a cut-out: smaller ones are specks, larger ones hide everybody


@dataclass(frozen=True)
class CutOut:
    """A thing with its shape: image (h, w, 3) uint8, mask (h, w) uint8 0 or 1, label, size in body units."""

    image_u8: U8
    mask_u8: U8
    label: str
    height: float


class Occluders:
    """Cut-outs by kind; ``paste`` puts some of them into a view.

    Args:
        records: labelled people, of the training split alone.
        most: cut-outs kept of each kind.
    """

    def __init__(self, records: Iterable[PersonRecord], *, most: int = 120) -> None:
        self.cut_outs: dict[str, list[CutOut]] = {"accessory": [], "hair": [], "hand": []}
        for record in records:
            if all(len(kept) >= most for kept in self.cut_outs.values()):
                break
            for kind, cut in _cut(record):
                if len(self.cut_outs[kind]) < most:
                    self.cut_outs[kind].append(cut)

    def paste(self, view: View, rng: np.random.Generator) -> View:
        """The view with one or two things in front of the person; image and labels are new arrays."""
        image, labels = view.rgb_u8.copy(), view.labels_u8.copy()
        unit = body_unit(view.pose)
        for _ in range(1 + int(rng.random() < 0.3)):
            kind = str(rng.choice(["accessory", "hair", "hand", "phone", "post"], p=[0.35, 0.2, 0.15, 0.15, 0.15]))
            if kind == "phone":
                thing: CutOut | None = _phone(rng, unit)
            elif kind == "post":
                thing = _post(rng, image, unit)
            else:
                kept = self.cut_outs[kind]
                thing = _scaled(kept[int(rng.integers(len(kept)))], unit, rng) if kept else None
            if thing is not None:
                _put(image, labels, thing, _place(kind, view.pose, unit, rng), view.pose)
        return View(image, view.mask_f32, labels, view.pose, view.crop)


def _cut(record: PersonRecord) -> Iterable[tuple[str, CutOut]]:
    """All things of a labelled record that are worth pasting."""
    labels = record.labels_u8
    assert labels is not None
    unit = body_unit(record.pose)
    maps = {
        "accessory": labels == LABEL["accessory"],
        "hair": labels == LABEL["hair"],
        "hand": hands(labels, record.pose),
    }
    for kind, on in maps.items():
        count, parts, stats, _ = cv2.connectedComponentsWithStats(on.astype(np.uint8), connectivity=8)
        for k in range(1, count):
            x, y, w, h, area = (int(v) for v in stats[k])
            if area < LEAST_PX or max(w, h) > MOST_SIDE_PX or area < 0.2 * w * h:
                continue
            box = (slice(y, y + h), slice(x, x + w))
            mask = (parts[box] == k).astype(np.uint8)
            yield (
                kind,
                CutOut(record.image_u8[box].copy(), mask, "accessory" if kind == "accessory" else kind, h / unit),
            )


def _scaled(cut: CutOut, unit: float, rng: np.random.Generator) -> CutOut:
    """At this person's size, turned a little, mirrored in half of the cases."""
    h, w = cut.mask_u8.shape
    factor = cut.height * unit / h * float(np.exp(rng.normal(0, 0.15)))
    size = int(np.ceil(factor * np.hypot(h, w))) + 2
    turn = cv2.getRotationMatrix2D((w / 2 - 0.5, h / 2 - 0.5), float(rng.normal(0, 20)), factor)
    turn[:, 2] += size / 2 - np.array([w / 2, h / 2])
    image = cv2.warpAffine(cut.image_u8, turn, (size, size), borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpAffine(cut.mask_u8, turn, (size, size), flags=cv2.INTER_NEAREST)
    if rng.random() < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
    return CutOut(np.ascontiguousarray(image), np.ascontiguousarray(mask), cut.label, cut.height)


def _phone(rng: np.random.Generator, unit: float) -> CutOut:
    """A dark or coloured slab with round corners and a lens, as held before a mirror."""
    h = max(6, round(unit * float(rng.uniform(0.32, 0.5))))
    w = max(4, round(0.5 * h))
    if rng.random() < 0.3:
        h, w = w, h
    colour = rng.uniform(5, 60, 3) if rng.random() < 0.7 else rng.uniform(60, 250, 3)
    image = np.clip(colour + rng.normal(0, 3, (h, w, 3)) + np.linspace(-12, 12, h)[:, None, None], 0, 255)
    image = image.astype(np.uint8)
    cv2.circle(image, (max(1, w // 5), max(1, h // 8)), max(1, w // 10), (15, 15, 18), -1)
    mask = np.zeros((h, w), np.uint8)
    r = max(1, min(h, w) // 6)
    cv2.rectangle(mask, (r, 0), (w - 1 - r, h - 1), 1, -1)
    cv2.rectangle(mask, (0, r), (w - 1, h - 1 - r), 1, -1)
    for x in (r, w - 1 - r):
        for y in (r, h - 1 - r):
            cv2.circle(mask, (x, y), r, 1, -1)
    return CutOut(image, mask, "accessory", h / max(unit, 1))


def _post(rng: np.random.Generator, image: U8, unit: float) -> CutOut:
    """A post, a door frame or a railing before the person: a strip of the picture's own ground."""
    h = image.shape[0]
    w = max(3, round(unit * float(rng.uniform(0.08, 0.3))))
    edge = image[:, :w] if rng.random() < 0.5 else image[:, -w:]
    flat = rng.random() < 0.5
    strip = np.broadcast_to(edge.mean((0, 1)), edge.shape) + rng.normal(0, 6, edge.shape) if flat else edge
    return CutOut(np.clip(strip, 0, 255).astype(np.uint8), np.ones((h, edge.shape[1]), np.uint8), "background", 0.0)


def _place(kind: str, pose: Pose, unit: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Centre of a pasted thing: bags hang at the sides, hair at the shoulders, hands and phones before the body."""
    p = pose.points_px
    neck, hips = p[[11, 12]].mean(0), p[[23, 24]].mean(0)
    if kind == "hair":
        at, spread = p[[11, 12]][int(rng.integers(2))], 0.2
    elif kind == "phone":
        at, spread = (p[[15, 16]][int(rng.integers(2))], 0.1) if rng.random() < 0.6 else (neck, 0.3)
    else:
        at, spread = neck + (hips - neck) * float(rng.uniform(0.1, 1.5)), 0.4
    if kind == "accessory":
        spread = 0.6
    return np.asarray(at, np.float64) + rng.normal(0, spread * unit, 2)


def _put(image: U8, labels: U8, thing: CutOut, centre: NDArray[np.float64], pose: Pose) -> None:
    """Draw a thing into image and labels; what lies outside is cut off."""
    h, w = thing.mask_u8.shape
    height, width = labels.shape
    x0, y0 = round(float(centre[0]) - w / 2), round(float(centre[1]) - h / 2)
    if thing.label == "background":
        y0 = 0
    left, top, right, bottom = max(0, x0), max(0, y0), min(width, x0 + w), min(height, y0 + h)
    if right <= left or bottom <= top:
        return
    inner = (slice(top - y0, bottom - y0), slice(left - x0, right - x0))
    outer = (slice(top, bottom), slice(left, right))
    alpha = cv2.GaussianBlur(thing.mask_u8.astype(np.float32), (3, 3), 0)[inner][..., None]
    image[outer] = np.rint(image[outer] * (1 - alpha) + thing.image_u8[inner] * alpha).astype(np.uint8)
    labels[outer][alpha[..., 0] > 0.5] = LABEL[_label_at(thing.label, centre, pose)]


def _label_at(label: str, centre: NDArray[np.float64], pose: Pose) -> str:
    """A hand before the body belongs to the arm whose wrist is nearer."""
    if label != "hand":
        return label
    left, right = (float(np.linalg.norm(pose.points_px[i] - centre)) for i in (15, 16))
    return "left_arm" if left < right else "right_arm"
