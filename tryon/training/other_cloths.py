"""Training photos with their clothes, bags, shoes and hair in other colours, and clothes in other cloths.

A few hundred photos show few garments, and a parser that knows them by heart takes the lining of a coat for a bag.
Here each thing of a view is given the colour of the same kind of thing in another photo, or of another thing in the
same photo (a black bag before a black coat is what is hardest to tell), or a piece of another photo's cloth, its own
light and folds kept. Labels stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.person.agnostic import skin_colour
from tryon.training.people_data import PersonRecord, View
from tryon.training.skin_tones import in_tone, other_tone
from tryon.types import LABEL

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
KINDS = ("upper", "lower", "dress", "footwear", "accessory", "hair")
CLOTHES = ("upper", "lower", "dress")
CHANGED = 0.4  # of the things of a view
OTHER_SKIN = 0.2  # of the views: the photos show few dark people
SAME_PHOTO, NEW_CLOTH = 0.25, 0.35  # of the changed: in another thing's colour; in a piece of another cloth
LEAST_PX = 60  # of a thing: less is a strap
PATCH = (24, 96)  # px of a side of a piece of cloth, least and most
FOLDS = 0.02  # of the view's height: what is smaller than that are the old cloth's threads, larger its light


class OtherCloths:
    """Colours of things and pieces of cloth, to give to things of other photos.

    Args:
        records: labelled people, of the training split alone. most: pieces of cloth kept.
    """

    def __init__(self, records: Iterable[PersonRecord], *, most: int = 1200) -> None:
        self.colours: dict[str, list[F32]] = {kind: [] for kind in KINDS}
        self.cloths: list[U8] = []
        for record in records:
            assert record.labels_u8 is not None
            for kind in KINDS:
                where = record.labels_u8 == LABEL[kind]
                if where.sum() < LEAST_PX:
                    continue
                self.colours[kind].append(_lab(record.image_u8[where].mean(0, keepdims=True)[None])[0, 0])
                if kind in CLOTHES and len(self.cloths) < most:
                    patch = _inner_patch(record.image_u8, where)
                    if patch is not None:
                        self.cloths.append(patch)

    def change(self, view: View, rng: np.random.Generator) -> View:
        """The view with some of its things in other colours or cloths; the image is a new array."""
        rgb = view.rgb_u8.astype(np.float32) / 255
        touched = bool(rng.random() < OTHER_SKIN)
        if touched:
            rgb = in_tone(rgb, view.labels_u8, other_tone(skin_colour(view.rgb_u8, view.labels_u8), rng))
        lab = _lab(rgb * 255)
        shown = {kind: view.labels_u8 == LABEL[kind] for kind in KINDS}
        shown = {kind: where for kind, where in shown.items() if where.sum() >= LEAST_PX}
        means = {kind: lab[where].mean(0) for kind, where in shown.items()}
        for kind, where in shown.items():
            if rng.random() >= CHANGED:
                continue
            touched, chance = True, rng.random()
            # a top and a skirt of one colour look like a dress, and would be taught as two
            others = [mean for other, mean in means.items() if other != kind and not {kind, other} <= set(CLOTHES)]
            if chance < NEW_CLOTH and kind in CLOTHES and self.cloths:
                patch = self.cloths[int(rng.integers(len(self.cloths)))]
                new = _in_cloth(lab, where, means[kind], patch, rng)
            elif chance > 1 - SAME_PHOTO and others and kind != "hair":
                new = _in_colour(lab, means[kind], others[int(rng.integers(len(others)))], rng)
            else:
                drawn = self.colours[kind]
                new = _in_colour(lab, means[kind], drawn[int(rng.integers(len(drawn)))], rng)
            soft = cv2.GaussianBlur(where.astype(np.float32), (0, 0), 0.7)[..., None]
            lab = lab + soft * (new - lab)
        if not touched:
            return view
        changed = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB)
        return View(_u8(changed * 255), view.mask_f32, view.labels_u8, view.pose, view.crop)


def _lab(rgb: NDArray[np.floating]) -> F32:
    """CIE Lab of (h, w, 3) float32 RGB 0..255."""
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _u8(x: F32) -> U8:
    return np.clip(np.rint(x), 0, 255).astype(np.uint8)


def _in_colour(lab: F32, mean: F32, colour: F32, rng: np.random.Generator) -> F32:
    """A picture whose mean colour is moved to another; dark things have less contrast than light ones."""
    target = colour + rng.normal(0, (6, 5, 5)).astype(np.float32)
    contrast = float(np.clip(np.sqrt((max(0.0, target[0]) + 8) / (mean[0] + 8)), 0.5, 1.6))
    scale = np.array([contrast, 1, 1], np.float32)
    return np.asarray(target + (lab - mean) * scale, np.float32)


def _in_cloth(lab: F32, where: NDArray[np.bool_], mean: F32, patch_u8: U8, rng: np.random.Generator) -> F32:
    """A picture in another cloth, with the old cloth's light and large folds."""
    h, w = where.shape
    scale = float(np.exp(rng.normal(0, 0.3)))
    side = [max(8, round(n * scale)) for n in patch_u8.shape[:2]]
    patch = cv2.resize(patch_u8, (side[1], side[0]), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        patch = np.ascontiguousarray(patch.transpose(1, 0, 2))
    cloth = _lab(patch.astype(np.float32))
    # mirrored again and again, it goes on without a seam
    rows, columns = (_mirrored(n, m, rng) for n, m in zip((h, w), cloth.shape[:2], strict=True))
    cloth = cloth[rows][:, columns]
    light = cv2.GaussianBlur(lab[..., 0] * where, (0, 0), FOLDS * h)
    light = light / np.maximum(cv2.GaussianBlur(where.astype(np.float32), (0, 0), FOLDS * h), 0.05)
    out = cloth.copy()
    out[..., 0] = out[..., 0] + (light - mean[0]) * min(1.0, 0.3 + float(cloth[..., 0].mean()) / 60)
    return out


def _mirrored(length: int, period: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Indices 0..period-1 there and back, (length,), from a random place on."""
    at = (np.arange(length) + int(rng.integers(2 * period))) % (2 * period)
    return np.asarray(np.minimum(at, 2 * period - 1 - at), np.int64)


def _inner_patch(image_u8: U8, where: NDArray[np.bool_]) -> U8 | None:
    """The largest square about the middle of a thing, None where it is small."""
    inside = np.pad(where, 1).astype(np.uint8)
    distance = cv2.distanceTransform(inside, cv2.DIST_C, 3)[1:-1, 1:-1]
    y, x = (int(v) for v in np.unravel_index(int(distance.argmax()), distance.shape))
    half = int(min(distance[y, x], PATCH[1] / 2)) - 1
    if 2 * half < PATCH[0]:
        return None
    return np.ascontiguousarray(image_u8[y - half : y + half, x - half : x + half])
