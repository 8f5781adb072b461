"""The learned placement at run time: moves what the rules have placed to where such garments sit on such bodies."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import torch

from tryon.models.placer import Placer, PlacerParams
from tryon.models.weights import WEIGHTS_DIR, from_json, load_into, read_weights
from tryon.types import Garment, MaskF32, Pose
from tryon.warp.adjust import NAMES, Adjustment, adjustment_of, blended
from tryon.warp.placement import BodyTargets
from tryon.warp.placement_features import as_vector, placement_features

PLACEMENT_NAME = "placement.safetensors"
# Limits that rendered people do not ask for, but real photos do. In sw: a top must cover the sides of the old one,
# a waistband that sinks further squeezes the rise, and how long a garment is, a guess from its shape.
INWARD_MOST = 0.08
WAIST_DOWN_MOST = 0.12
HEM_MOST = 0.5
DRESS_HEM_SHARE = 0.5  # of the changes at a dress's hem: nothing in a flat picture tells how long it is on this body
SPARE_MOST = 0.8  # of what a dress or skirt is wider than the body at its hem: real ones stand off more than rendered


class LearnedPlacement:
    """``warp_garment(..., placer=LearnedPlacement.from_pretrained())``; threads may share it.

    Garments cut from photos of their wearers are left to the rules: the network has seen flat pictures alone.
    """

    def __init__(self, net: Placer, share: float = 1.0) -> None:
        """Args: net: trained. share: 0..1 of its changes that are made."""
        self._net, self._share = net.eval(), share
        self._lock = threading.Lock()

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None, share: float = 1.0) -> LearnedPlacement:
        """Load ``placement.safetensors``.

        Raises:
            WeightsError: missing, damaged or foreign weights.
        """
        tensors, info = read_weights((weights_dir or WEIGHTS_DIR) / PLACEMENT_NAME)
        net = Placer(from_json(PlacerParams, info["params"]))
        load_into(net, tensors, PLACEMENT_NAME)
        return cls(net, share)

    def __call__(self, targets: BodyTargets, garment: Garment, pose: Pose, mask_f32: MaskF32 | None) -> Adjustment:
        """What to change of the rules' answers.

        Args:
            targets: the rules' answers, photo frame. garment: analysed. pose: photo frame.
            mask_f32: (H, W) 0..1 person mask, photo frame, or None.
        """
        if garment.worn:
            return Adjustment()
        x = as_vector(placement_features(targets, garment, pose, mask_f32))
        with self._lock, torch.inference_mode():
            answers = self._net(torch.from_numpy(x)[None])[0].numpy()
        values = {name: float(v) for name, v in zip(NAMES, answers, strict=True) if np.isfinite(v)}
        _limit(values, targets)
        return blended(adjustment_of(values, targets.body), self._share)


def _limit(values: dict[str, float], targets: BodyTargets) -> None:
    """Hold answers within what looks right on real photos (in `values`, the caller's own dict)."""
    inward = {"shoulder": INWARD_MOST, "hem": INWARD_MOST} if targets.kind == "upper" else {}
    if targets.kind in ("dress", "skirt"):
        body = targets.body
        across = targets.points_px["hem_right"] - targets.points_px["hem_left"]
        low = (targets.points_px["hem_right"] + targets.points_px["hem_left"]) / 2 - body.axis[0]
        spare = float(np.linalg.norm(across)) / 2 - body.least_half_width(float(low @ body.down))
        inward = {"hem": SPARE_MOST * max(spare / body.full_width, 0.0)}
    for side, outward in (("left", -1.0), ("right", 1.0)):
        if targets.kind == "dress":
            for axis in "xy":
                values[f"hem_{side}.{axis}"] = DRESS_HEM_SHARE * values.get(f"hem_{side}.{axis}", 0.0)
        for name, most in inward.items():
            out = outward * values.get(f"{name}_{side}.x", 0.0)
            values[f"{name}_{side}.x"] = outward * max(out, -most)
        hem, waist = f"hem_{side}.y", f"waist_{side}.y"
        values[hem] = float(np.clip(values.get(hem, 0.0), -HEM_MOST, HEM_MOST))
        values[waist] = min(values.get(waist, 0.0), WAIST_DOWN_MOST)
