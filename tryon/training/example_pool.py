"""Using examples several times, where making one costs more than learning from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


class ExamplePool:
    """The last examples, on the device, each used several times: on a GPU making one costs more than a step.

    Args:
        size: examples that are kept, in rows that are written over in turn; 0: none, each batch is used once.
        device: where they are kept. seed: of which are drawn.
    """

    def __init__(self, size: int, device: str, seed: int) -> None:
        self._size, self._device = size, device
        self._rng = np.random.default_rng([seed, 77])
        self._kept: list[Tensor] = []
        self._filled = self._at = 0

    def draw(self, fresh: Sequence[Tensor], count: int) -> list[Tensor]:
        """Keep new examples; ``count`` of them, all the new ones and others at random.

        While there are too few, some come twice: a GPU prepares itself anew for each size of a batch, for minutes in
        all.
        """
        sent = [tensor.to(self._device, non_blocking=True) for tensor in fresh]
        if not self._size:
            return sent
        new = len(sent[0])
        if not self._kept:
            self._kept = [tensor.new_empty((max(self._size, new), *tensor.shape[1:])) for tensor in sent]
        rows = (self._at + np.arange(new)) % len(self._kept[0])
        old = np.setdiff1d(np.arange(self._filled), rows)
        for kept, tensor in zip(self._kept, sent, strict=True):
            kept[torch.from_numpy(rows).to(kept.device)] = tensor
        self._filled = min(self._filled + new, len(self._kept[0]))
        self._at = int(self._at + new) % len(self._kept[0])
        wanted = max(0, count - new)
        others = (
            self._rng.permutation(old)[:wanted]
            if len(old) >= wanted
            else self._rng.choice(np.arange(self._filled), wanted)
        )
        drawn = np.concatenate([rows, others])
        index = torch.from_numpy(drawn).to(self._device)
        return [kept[index] for kept in self._kept]
