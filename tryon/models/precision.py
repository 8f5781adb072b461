"""Which number format the networks run in on this machine."""

from __future__ import annotations

import functools
import time
from typing import TypeVar

import torch
from torch import nn


@functools.cache
def inference_dtype(device: str = "cpu") -> torch.dtype:
    """bfloat16 where the CPU computes it faster than float32, else float32; bfloat16 on a GPU.

    x86 says of itself whether it has instructions for it, so that the same photo gives the same picture after every
    start, however busy the machine was; on other CPUs it is measured once (some 20 ms).
    """
    if device != "cpu":
        return torch.bfloat16
    told = bf16_in_hardware(torch.cpu.get_capabilities())
    if told is None:
        told = _measured_faster()
    return torch.bfloat16 if told else torch.float32


def working(device: str = "cpu") -> torch.autocast:
    """The context in which networks answer on a device ("cpu" or "cuda"): autocast to ``inference_dtype``."""
    return torch.autocast(device, torch.bfloat16, enabled=inference_dtype(device) == torch.bfloat16)


M = TypeVar("M", bound=nn.Module)


def with_working_weights(net: M, dtype: torch.dtype) -> M:
    """The same network, its convolutions and linear layers holding their weights as autocast would make them.

    Autocast makes them anew at each call, which takes a quarter of a small picture's time. Norms stay float32, and the
    answers the same.

    Args:
        net: for inference alone; changed. dtype: ``inference_dtype()``.
    """
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            module.to(dtype)
    return net


def bf16_in_hardware(capabilities: dict[str, object]) -> bool | None:
    """Whether an x86 CPU has instructions for bfloat16; None of other CPUs.

    Args:
        capabilities: as ``torch.cpu.get_capabilities()`` tells them.
    """
    if capabilities.get("architecture") not in ("x86_64", "AMD64", "amd64"):
        return None
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def _measured_faster() -> bool:
    net = nn.Conv2d(64, 64, 3, padding=1).eval().to(memory_format=torch.channels_last)
    x = torch.zeros(1, 64, 64, 48).to(memory_format=torch.channels_last)

    def best(enabled: bool) -> float:
        times = []
        for _ in range(8):
            start = time.perf_counter()
            with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
                net(x)
            times.append(time.perf_counter() - start)
        return min(times)

    with torch.inference_mode():
        return best(True) < 0.8 * best(False)
