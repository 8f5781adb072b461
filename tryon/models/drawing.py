"""Running the trained generator."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from tryon.models.generator import Generator, GeneratorParams
from tryon.models.inputs import SKIN_BASE, SPREAD
from tryon.models.precision import inference_dtype
from tryon.models.weights import WEIGHTS_DIR, from_json, load_into, read_weights

F32 = NDArray[np.float32]


@dataclass(frozen=True)
class Drawing:
    """What the generator drew, all float32 of one size.

    rendering_f32: (h, w, 3) 0..1. mask_f32: (h, w) 0..1. shading_f32: (h, w) gain around 1. layout_f32: (h, w, 4)
    logits of ``generator.LAYERS``. change_f32: (h, w, 3) -1..1, added to the layers' colours. skin_f32, spread_f32:
    (h, w, 3) 0..1, the colours of the skin's layer and of the garment where it is drawn on beyond its picture.
    """

    rendering_f32: F32
    mask_f32: F32
    shading_f32: F32
    layout_f32: F32
    change_f32: F32
    skin_f32: F32
    spread_f32: F32


class TryOnGenerator:
    """The generator with its weights; one object may be used by many threads."""

    def __init__(self, net: Generator) -> None:
        self._net = net.eval().to(memory_format=torch.channels_last)
        self._dtype = inference_dtype()
        self._lock = threading.Lock()

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None) -> TryOnGenerator:
        """Load ``generator.safetensors``.

        Raises:
            WeightsError: missing, damaged or foreign weights.
        """
        path = (weights_dir or WEIGHTS_DIR) / "generator.safetensors"
        tensors, info = read_weights(path)
        net = Generator(from_json(GeneratorParams, info["params"]))
        load_into(net, tensors, path.name)
        return cls(net)

    def draw(self, x: F32) -> Drawing:
        """Draw from a stack made by ``tryon.models.inputs.generator_input``: (GENERATOR_CHANNELS, h, w) float32."""
        tensor = torch.from_numpy(x)[None]
        enabled = self._dtype == torch.bfloat16
        with self._lock, torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            drawn = self._net(tensor)

        def picture(maps: torch.Tensor | F32) -> F32:
            return np.ascontiguousarray(np.moveaxis(np.asarray(maps), 0, -1))

        return Drawing(
            picture(drawn.rendering[0]), drawn.mask[0, 0].numpy(), drawn.shading[0, 0].numpy(),
            picture(drawn.layout[0]), picture(drawn.change[0]), picture(x[SKIN_BASE]), picture(x[SPREAD]),
        )  # fmt: skip
