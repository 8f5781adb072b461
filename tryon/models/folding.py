"""Batch norms folded into the convolutions before them: the same function in fewer passes over memory.

(W x - m) g + b = (g W) x + (b - m g),   g = gamma / sqrt(var + eps)
"""

from __future__ import annotations

import copy
from typing import TypeVar

import torch
from torch import Tensor, nn

M = TypeVar("M", bound=nn.Module)


def fold_norms(net: M, *example: Tensor) -> M:
    """A copy of a network for inference in which every batch norm that follows a convolution is gone.

    Which convolution a norm follows is seen by running the example through. A norm with an activation inside it
    (timm's) leaves the activation.

    Args:
        net: the network; not changed. example: one input for each of its arguments.

    Returns:
        The copy, in evaluation mode.
    """
    net = copy.deepcopy(net).eval()
    made: list[tuple[Tensor, nn.Conv2d]] = []  # outputs are kept, so that no two share an address
    pairs: list[tuple[nn.Conv2d, nn.BatchNorm2d]] = []

    def after(module: nn.Module, _: object, out: Tensor) -> None:
        assert isinstance(module, nn.Conv2d)
        made.append((out, module))

    def before(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(module, nn.BatchNorm2d)
        for out, conv in reversed(made):
            if out is inputs[0]:
                pairs.append((conv, module))
                return

    hooks = [m.register_forward_hook(after) for m in net.modules() if isinstance(m, nn.Conv2d)]
    hooks += [m.register_forward_pre_hook(before) for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    with torch.no_grad():
        net(*example)
        for hook in hooks:
            hook.remove()
        names = {module: name for name, module in net.named_modules()}
        for conv, norm in pairs:
            _fold(conv, norm)
            parent, _, child = names[norm].rpartition(".")
            setattr(net.get_submodule(parent), child, getattr(norm, "act", None) or nn.Identity())
    return net


def _fold(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
    assert norm.running_mean is not None
    assert norm.running_var is not None
    gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    bias = torch.zeros_like(norm.running_mean) if conv.bias is None else conv.bias
    conv.weight.mul_(gain.view(-1, 1, 1, 1))
    conv.bias = nn.Parameter(norm.bias + (bias - norm.running_mean) * gain, requires_grad=False)
