"""Where the networks compute: on the CPU, everywhere, and what a host that lends GPUs wants besides.

Hugging Face's ZeroGPU lends a GPU for the length of one call of a function that its package ``spaces`` has
decorated, in a process forked for it. Borrowing takes longer than a whole try-on takes on two CPU cores, so that
visitors there are dressed on the CPU too. Such a host refuses a page that has no decorated function at all: it gets
one. Elsewhere nothing here does anything, and ``spaces`` is not needed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
ZERO_GPU = "SPACES_ZERO_GPU"  # set by the host, as its package reads it
TRUE = ("1", "t", "true")
DEVICE = "cpu"  # for ``TryOnPipeline.from_pretrained``
SECONDS = 10  # that one call may keep a GPU; the shorter, the sooner a host lends it


def lends_gpus() -> bool:
    """Whether this is such a host: its variable is set and its package is installed."""
    return os.environ.get(ZERO_GPU, "").lower() in TRUE and find_spec("spaces") is not None


def on_borrowed_gpu(function: Function, *, seconds: int = SECONDS) -> Function:
    """Let a function run on a GPU that is borrowed for each call; on every other host it is returned as it is.

    Args:
        function: of a module, with arguments and an answer that can be pickled.
        seconds: how long one call may take.
    """
    if not lends_gpus():
        return function
    import spaces  # not a requirement: the hosts that lend GPUs bring it

    decorated: Function = spaces.GPU(duration=seconds)(function)
    return decorated


def name_of_gpu() -> str:
    """What a borrowed GPU is called, or "none": a call that shows whether borrowing works."""
    import torch

    return str(torch.cuda.get_device_name(0)) if torch.cuda.is_available() else "none"


def prepare() -> Callable[[], str]:
    """Tell a host that lends GPUs what might use one; call it before anything imports torch, as ``spaces`` wants it.

    Returns:
        ``name_of_gpu``, decorated where the host lends GPUs.
    """
    return on_borrowed_gpu(name_of_gpu)
