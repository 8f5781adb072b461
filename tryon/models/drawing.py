"""Running the trained generator."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tryon.models.generator import Drawn, Generator, GeneratorParams, layout_prior
from tryon.models.inputs import AGNOSTIC, REGION, SKIN_BASE, SPREAD
from tryon.models.precision import inference_dtype, with_working_weights, working
from tryon.models.weights import WEIGHTS_DIR, from_json, load_into, read_weights

F32 = NDArray[np.float32]
MARGIN = 24  # pixels around the edit region that the network sees: skin and cloth to go on from
LEAST = (256, 192)  # the windows of its training
STEP = 64  # of a window's sides: for every new size the CPU's kernels are prepared anew, and kept in memory


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
    """The generator with its weights on a device ("cpu" or "cuda"); one object may be used by many threads."""

    def __init__(self, net: Generator, *, device: str = "cpu") -> None:
        self._device = device
        own = copy.deepcopy(net).eval().to(memory_format=torch.channels_last)  # the given one stays as it is
        self._net = with_working_weights(own, inference_dtype(device)).to(device)
        self._lock = threading.Lock()

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None, *, device: str = "cpu") -> TryOnGenerator:
        """Load ``generator.safetensors``.

        Raises:
            WeightsError: missing, damaged or foreign weights.
        """
        path = (weights_dir or WEIGHTS_DIR) / "generator.safetensors"
        tensors, info = read_weights(path)
        net = Generator(from_json(GeneratorParams, info["params"]))
        load_into(net, tensors, path.name)
        return cls(net, device=device)

    def draw(self, x: F32) -> Drawing:
        """Draw from a stack made by ``tryon.models.inputs.generator_input``: (GENERATOR_CHANNELS, h, w) float32.

        Only the edit region and its surroundings are looked at, as in training on windows of frames; elsewhere the
        drawing is what the photo shows.
        """
        box = window_around(x[REGION][0])
        part = torch.from_numpy(x)[None, :, box[0], box[1]]
        with self._lock, torch.inference_mode(), working(self._device):
            drawn = Drawn(*(maps.cpu() for maps in self._net(part.to(self._device))))

        def picture(maps: F32) -> F32:
            return np.asarray(cv2.merge([np.ascontiguousarray(one) for one in maps]), np.float32)

        def whole(maps: torch.Tensor, around: F32) -> F32:
            inner = maps[0].numpy()
            around[box] = inner[0] if len(inner) == 1 else picture(inner)
            return around

        h, w = x.shape[1:]
        return Drawing(
            whole(drawn.rendering, picture(x[AGNOSTIC])),
            whole(drawn.mask, np.zeros((h, w), np.float32)),
            whole(drawn.shading, np.ones((h, w), np.float32)),
            whole(drawn.layout, picture(layout_prior(torch.from_numpy(x)[None])[0].numpy())),
            whole(drawn.change, np.zeros((h, w, 3), np.float32)),
            picture(x[SKIN_BASE]),
            picture(x[SPREAD]),
        )


def window_around(region_f32: F32, margin: int = MARGIN, least: tuple[int, int] = LEAST) -> tuple[slice, slice]:
    """Rows and columns around everything over 0, with a margin: sides are multiples of STEP, or the picture's own.

    Args:
        region_f32: (h, w), sides multiples of 32. margin: pixels on each side. least: height and width.
    """
    out = []
    for axis, (size, smallest) in enumerate(zip(region_f32.shape, least)):
        there = np.flatnonzero((region_f32 > 0).any(1 - axis))
        first, last = (int(there[0]), int(there[-1]) + 1) if len(there) else (0, 0)
        length = min(size, max(smallest, STEP * -(-(last - first + 2 * margin) // STEP)))
        start = int(np.clip((first + last - length) // 2, 0, size - length))
        start -= start % 2  # pixels are folded two by two
        out.append(slice(start, start + length))
    return out[0], out[1]
