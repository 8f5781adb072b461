"""From the 59 names of Clothing Co-Parsing to this project's 13 labels, left and right by pose."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from tryon.types import LABEL, LabelsU8, Pose

_GROUPS = {
    "hair": "hair",
    "upper": "blazer blouse bodysuit bra cape cardigan coat hoodie intimate jacket jumper shirt sweater sweatshirt "
    "t-shirt tie top vest",
    # opaque tights look like leggings, so they go with the garments of the legs
    "lower": "jeans leggings panties pants shorts skirt stockings tights",
    "dress": "dress romper swimwear",
    "footwear": "boots clogs flats heels loafers pumps sandals shoes sneakers socks wedges",
    "accessory": "accessories bag belt bracelet earrings glasses gloves hat necklace purse ring scarf sunglasses "
    "wallet watch",
}
_SKIN, _SUIT = 254, 255  # decided by pose

# Chains of MediaPipe landmarks along which skin of each label lies.
_SKIN_CHAINS: dict[str, tuple[tuple[int, ...], ...]] = {
    "left_arm": ((11, 13, 15, 19),),
    "right_arm": ((12, 14, 16, 20),),
    "left_leg": ((23, 25, 27, 31),),
    "right_leg": ((24, 26, 28, 32),),
}


def is_validation(photo_id: str) -> bool:
    """The fixed validation split of the labelled photos: ids that end in 3 (about a tenth)."""
    return int(photo_id) % 10 == 3


def remap_labels(raw_u8: np.ndarray, names: list[str | None], pose: Pose | None) -> LabelsU8:
    """Map a CCP label picture to LABELS.

    Args:
        raw_u8: (H, W) uint8 indices into ``names``.
        names: the 59 names and "null".
        pose: of the same photo, in its pixels; None: all skin is called by its height in the figure.

    Returns:
        (H, W) uint8 indices into LABELS.
    """
    table = np.zeros(256, np.uint8)
    group_of = {name: group for group, members in _GROUPS.items() for name in members.split()}
    for i, name in enumerate(names):
        if name == "skin":
            table[i] = _SKIN
        elif name == "suit":
            table[i] = _SUIT
        elif name in group_of:
            table[i] = LABEL[group_of[name]]
    out = table[raw_u8]
    ys, xs = np.nonzero(out == _SUIT)
    if len(ys):
        hip_y = pose.points_px[[23, 24], 1].mean() if pose else np.median(ys)
        out[ys, xs] = np.where(ys < hip_y + 0.1 * np.ptp(ys), LABEL["upper"], LABEL["lower"])
    ys, xs = np.nonzero(out == LABEL["dress"])
    if len(ys) and pose is not None and _is_skirt(ys, pose):
        out[ys, xs] = LABEL["lower"]
    ys, xs = np.nonzero(out == _SKIN)
    if len(ys):
        out[ys, xs] = _skin_labels(np.stack([xs, ys], 1).astype(np.float32), pose)
    return out


def _is_skirt(ys: np.ndarray, pose: Pose) -> bool:
    """Whether a "dress" hangs from the waist: about one in eight of the set's dresses is a skirt."""
    shoulder_y, hip_y = pose.points_px[[11, 12], 1].mean(), pose.points_px[[23, 24], 1].mean()
    return bool(np.percentile(ys, 3) > hip_y - 0.4 * (hip_y - shoulder_y))


def _skin_labels(points: np.ndarray, pose: Pose | None) -> np.ndarray:
    if pose is None:
        return np.full(len(points), LABEL["torso_skin"], np.uint8)
    p = pose.points_px
    neck, hips = p[[11, 12]].mean(0), p[[23, 24]].mean(0)
    head = p[[0, 7, 8]].mean(0)
    # the face ends between the mouth and the shoulders, nearer to the mouth
    mouth = p[[9, 10]].mean(0)
    chin = mouth + 0.45 * (mouth - p[[2, 5]].mean(0))
    names, distances = ["face"], [np.linalg.norm(points - head, axis=1)]
    up = (neck - hips) / max(float(np.linalg.norm(neck - hips)), 1e-3)
    below_chin = (points - chin) @ up < 0
    distances[0] = np.where(below_chin, np.inf, distances[0] * 0.5)
    names.append("torso_skin")
    torso = np.minimum(_segment(points, neck, hips), _segment(points, p[11], p[12]))
    distances.append(np.minimum(torso, _segment(points, neck, chin)))
    for name, chains in _SKIN_CHAINS.items():
        names.append(name)
        parts = [_segment(points, p[a], p[b]) for c in chains for a, b in pairwise(c)]
        distances.append(np.min(parts, axis=0))
    index = np.array([LABEL[n] for n in names], np.uint8)
    return index[np.argmin(distances, axis=0)]


def _segment(points: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Distance of each point (N, 2) to the segment from a to b."""
    ab = b - a
    t = np.clip((points - a) @ ab / max(float(ab @ ab), 1e-6), 0, 1)
    return np.linalg.norm(points - a - t[:, None] * ab, axis=1)
