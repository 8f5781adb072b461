"""The placement network: from measures of a body and a garment to how far the rules' placement is off."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class PlacerParams:
    """Shape of a Placer."""

    inputs: int = 0
    answers: int = 0
    width: int = 96  # a few hundred different garments and poses: more only learns them by heart
    depth: int = 1
    dropout: float = 0.5


class Placer(nn.Module):
    """Residual perceptron on standardised inputs. Input (B, inputs) float, returns (B, answers) float.

    Its answers for a body and garment in a mirror are those in the mirror: it answers twice and takes the mean.
    """

    def __init__(self, params: PlacerParams) -> None:
        super().__init__()
        self.params = p = params
        self.mean: Tensor
        self.spread: Tensor
        self.register_buffer("mean", torch.zeros(p.inputs))
        self.register_buffer("spread", torch.ones(p.inputs))
        for name, count in (("input", p.inputs), ("answer", p.answers)):
            self.register_buffer(f"{name}_order", torch.arange(count))
            self.register_buffer(f"{name}_sign", torch.ones(count))
        self.enter = nn.Linear(p.inputs, p.width)
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(p.width), nn.Linear(p.width, p.width), nn.GELU(), nn.Dropout(p.dropout),
                nn.Linear(p.width, p.width),
            )
            for _ in range(p.depth)
        )  # fmt: skip
        self.leave = nn.Sequential(nn.LayerNorm(p.width), nn.GELU(), nn.Linear(p.width, p.answers))
        nn.init.zeros_(self.leave[-1].weight)  # type: ignore[arg-type]  # starts from the rules
        nn.init.zeros_(self.leave[-1].bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        mirrored = x[:, self.input_order] * self.input_sign
        return (self._answer(x) + self._answer(mirrored)[:, self.answer_order] * self.answer_sign) / 2

    def _answer(self, x: Tensor) -> Tensor:
        y = self.enter(((x - self.mean) / self.spread).clamp(-4, 4))
        for layer in self.layers:
            y = y + layer(y)
        return self.leave(y)
