"""What the networks' arithmetic needs on this machine, to hold the pipeline's time against.

The yardstick is the same convolutions alone: each shape that a path computes, in the same number format and memory
order, timed without anything around it. MediaPipe computes inside its own library and is not counted.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch.utils._python_dispatch import TorchDispatchMode

REPEATS = 5  # of each shape; the fastest counts, since this is what the machine can do


@dataclass(frozen=True)
class Convolution:
    """One convolution's shapes. x: (B, C, H, W). weight: (out, C / groups, kh, kw)."""

    x: tuple[int, ...]
    weight: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int
    dtype: torch.dtype

    def flops(self) -> int:
        """Floating point operations, a multiplication and an addition counting as two."""
        taps = self.weight[1] * self.weight[2] * self.weight[3]
        out = [
            (size + 2 * pad - far * (kernel - 1) - 1) // step + 1
            for size, pad, far, kernel, step in zip(
                self.x[2:], self.padding, self.dilation, self.weight[2:], self.stride, strict=True
            )
        ]
        return 2 * self.x[0] * self.weight[0] * taps * out[0] * out[1]

    def milliseconds(self) -> float:
        """How long it takes alone, channels last; the fastest of some runs."""
        x = torch.zeros(self.x, dtype=self.dtype).contiguous(memory_format=torch.channels_last)
        weight = torch.zeros(self.weight, dtype=self.dtype).contiguous(memory_format=torch.channels_last)
        times = []
        with torch.inference_mode():
            for _ in range(REPEATS):
                started = time.perf_counter()
                F.conv2d(x, weight, None, self.stride, self.padding, self.dilation, self.groups)
                times.append(time.perf_counter() - started)
        return 1000 * min(times)


class _Listener(TorchDispatchMode):
    """Notes the convolutions that are computed while it is entered; of the calling thread alone."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[Convolution] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        # without gradients a convolution arrives whole, with them in its general form
        if func in (torch.ops.aten.conv2d.default, torch.ops.aten.convolution.default):
            if func is torch.ops.aten.conv2d.default:
                x, weight, stride, padding, dilation, groups = _conv2d(*args)
                transposed = False
            else:
                x, weight, _, stride, padding, dilation, transposed, _, groups = args
            if not transposed and x.dim() == 4:
                self.calls[
                    Convolution(
                        tuple(x.shape), tuple(weight.shape), _pair(stride), _pair(padding), _pair(dilation),
                        int(groups), x.dtype,
                    )
                ] += 1  # fmt: skip
        return func(*args, **(kwargs or {}))


def _conv2d(
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: Any = (1, 1),
    padding: Any = (0, 0),
    dilation: Any = (1, 1),
    groups: int = 1,
) -> tuple[torch.Tensor, torch.Tensor, Any, Any, Any, int]:
    """The operator's arguments with its defaults; the bias costs next to nothing."""
    return x, weight, stride, padding, dilation, groups


def _pair(value: Any) -> tuple[int, ...]:
    return (int(value[0]), int(value[-1]))


def convolutions_of(run: Callable[[], object]) -> Counter[Convolution]:
    """The convolutions that a call computes, with how often each shape occurs."""
    with _Listener() as listener:
        run()
    return listener.calls


def needs_of(calls: Counter[Convolution]) -> dict[str, float]:
    """What convolutions need alone.

    Returns:
        ``gflop``, ``plain_ms`` (the sum of the shapes' times) and ``gflops`` (10^9 operations a second so achieved).
    """
    flops = sum(shape.flops() * count for shape, count in calls.items())
    plain = sum(shape.milliseconds() * count for shape, count in calls.items())
    return {
        "gflop": round(flops / 1e9, 3),
        "plain_ms": round(plain, 2),
        "gflops": round(flops / 1e6 / plain, 1) if plain else 0.0,
    }


def held_against(run: Callable[[], object], milliseconds: float) -> dict[str, float | None]:
    """``needs_of`` a call, with ``ms``, its time as it is, and their ``ratio``, None where there is no arithmetic."""
    needs = needs_of(convolutions_of(run))
    ratio = round(milliseconds / needs["plain_ms"], 2) if needs["plain_ms"] else None
    return {**needs, "ms": round(milliseconds, 1), "ratio": ratio}
