"""Running the trained generator."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from tryon.models.generator import Generator, GeneratorParams
from tryon.models.precision import inference_dtype
from tryon.models.weights import WEIGHTS_DIR, from_json, load_into, read_weights


@dataclass(frozen=True)
class Drawing:
    """What the generator drew: rendering (h, w, 3) 0..1, mask (h, w) 0..1, shading (h, w) gain around 1."""

    rendering_f32: NDArray[np.float32]
    mask_f32: NDArray[np.float32]
    shading_f32: NDArray[np.float32]


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

    def draw(self, x: NDArray[np.float32]) -> Drawing:
        """Draw from a stack made by ``tryon.models.inputs.generator_input``: (24, h, w) float32."""
        tensor = torch.from_numpy(x)[None].to(memory_format=torch.channels_last)
        enabled = self._dtype == torch.bfloat16
        with self._lock, torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            rendering, mask, shading = self._net(tensor)
        return Drawing(
            np.ascontiguousarray(rendering[0].permute(1, 2, 0).numpy()), mask[0, 0].numpy(), shading[0, 0].numpy()
        )
