"""Running the trained live network."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from tryon.models.folding import fold_norms
from tryon.models.live import COARSE, COARSE_CHANNELS, FINE_CHANNELS, LiveNet, LiveParams
from tryon.models.precision import inference_dtype
from tryon.models.weights import WEIGHTS_DIR, from_json, load_into, read_weights

F32 = NDArray[np.float32]
SHARPER = 2.0  # than in training: a network this small is unsure of limbs' edges, and what is unsure looks like a veil


@dataclass(frozen=True)
class LiveDrawing:
    """What the live network drew, float32.

    rendering_f32: (h, w, 3) 0..1. mask_f32: (h, w) 0..1, how much of the moved garment is kept. shading_f32: (h, w)
    gain around 1. alpha_f32: (h, w) 0..1, the moved garment's. displacement_f32: (h/8, w/8, 2), shares of the frame's
    width (x, y), where each pixel of it is looked up.
    """

    rendering_f32: F32
    mask_f32: F32
    shading_f32: F32
    alpha_f32: F32
    displacement_f32: F32


class LiveDrawer:
    """The live network with its weights; one object may be used by many threads."""

    def __init__(self, net: LiveNet) -> None:
        example = torch.zeros(1, FINE_CHANNELS, 32, 32), torch.zeros(1, COARSE_CHANNELS, 32 // COARSE, 32 // COARSE)
        self._net = fold_norms(net, *example).to(inference_dtype()).to(memory_format=torch.channels_last)
        self._net.sharpness = SHARPER * net.sharpness
        self._lock = threading.Lock()

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None) -> LiveDrawer:
        """Load ``live.safetensors``.

        Raises:
            WeightsError: missing, damaged or foreign weights.
        """
        path = (weights_dir or WEIGHTS_DIR) / "live.safetensors"
        tensors, info = read_weights(path)
        net = LiveNet(from_json(LiveParams, info["params"]))
        load_into(net, tensors, path.name)
        return cls(net)

    def draw(self, fine: F32, coarse: F32) -> LiveDrawing:
        """Draw from stacks made by ``tryon.models.live_inputs.live_input``: (C, h, w) and (C, h/4, w/4) float32."""
        with self._lock, torch.inference_mode():
            drawn = self._net(torch.from_numpy(fine)[None], torch.from_numpy(coarse)[None])
        return LiveDrawing(
            np.ascontiguousarray(drawn.rendering[0].permute(1, 2, 0).numpy()),
            drawn.mask[0, 0].numpy(),
            drawn.shading[0, 0].numpy(),
            drawn.garment[0, 3].numpy(),
            np.ascontiguousarray(drawn.displacement[0].permute(1, 2, 0).numpy()),
        )
