"""What the live network learns from: examples with the teacher's answers, kept for use again."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tryon.models.generator import SHARPNESS, Generator, GeneratorParams, compose
from tryon.models.precision import inference_dtype
from tryon.models.weights import from_json, load_into, read_weights
from tryon.training.live_data import LiveBatch


@dataclass(frozen=True)
class Lesson:
    """Examples with what the teacher makes of them.

    fine, coarse, truth, skin, layout, exact: see ``LiveBatch``. picture (B, 3, h, w) and shares (B, 4, h, w, the
    softmax of its layout) are the teacher's; known (B,) 1 where there is a teacher whose word counts.
    """

    fine: Tensor
    coarse: Tensor
    truth: Tensor
    skin: Tensor
    layout: Tensor
    exact: Tensor
    picture: Tensor
    shares: Tensor
    known: Tensor

    def take(self, rows: list[int]) -> Lesson:
        """Some of the examples."""
        return Lesson(**{name: value[rows] for name, value in vars(self).items()})

    @staticmethod
    def join(lessons: list[Lesson]) -> Lesson:
        """All examples of several."""
        return Lesson(**{f.name: torch.cat([getattr(k, f.name) for k in lessons]) for f in fields(Lesson)})


class Teacher:
    """The generator, asked for its picture and layout; None stands for no teacher."""

    def __init__(self, net: Generator | None, device: str) -> None:
        self._net = None if net is None else net.eval().to(device, memory_format=torch.channels_last)
        self._device = device
        self._bf16 = device != "cpu" or inference_dtype() == torch.bfloat16

    @classmethod
    def load(cls, path: str, device: str) -> Teacher:
        """Read the generator's weights; an empty path is no teacher.

        Raises:
            WeightsError: missing, damaged or foreign weights.
        """
        if not path:
            return cls(None, device)
        tensors, info = read_weights(Path(path))
        net = Generator(from_json(GeneratorParams, info["params"]))
        load_into(net, tensors, Path(path).name)
        return cls(net, device)

    @torch.no_grad()
    def teach(self, b: LiveBatch) -> Lesson:
        """Let it draw a batch."""
        own = {f.name: getattr(b, f.name) for f in fields(LiveBatch) if f.name != "x"}
        picture, shares = b.truth.clone(), torch.full_like(b.fine[:, :4], 0.25)
        # where the garment lies askew the teacher draws it askew: only the truth helps there
        rows = (b.exact > 0).nonzero()[:, 0]
        if self._net is None or not len(rows):
            return Lesson(**own, picture=picture, shares=shares, known=torch.zeros_like(b.exact))
        x = b.x[rows].contiguous(memory_format=torch.channels_last)
        with torch.autocast(self._device, torch.bfloat16, enabled=self._bf16):
            drawn = self._net(x)
        picture[rows] = compose(x[:, :3], x[:, 3:4], x[:, 4:7], drawn.rendering, drawn.mask, drawn.shading)
        shares[rows] = torch.softmax(SHARPNESS * drawn.layout, 1)
        return Lesson(**own, picture=picture, shares=shares, known=b.exact)


class LessonPool:
    """The last lessons, of which each is used several times."""

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        self._size, self._rng = size, rng
        self._kept: Lesson | None = None

    def draw(self, fresh: Lesson, count: int) -> Lesson:
        """Put new examples in, the oldest out; ``count`` of them, all the new ones and others at random."""
        new = len(fresh.exact)
        kept = fresh if self._kept is None else Lesson.join([self._kept, fresh])
        first = max(0, len(kept.exact) - max(self._size, new))
        self._kept = kept = kept.take(list(range(first, len(kept.exact))))
        old = len(kept.exact) - new
        rows = [*self._rng.permutation(old)[: max(0, count - new)].tolist(), *range(old, old + new)]
        return kept.take(rows)
