"""Convolutions are heard with their shapes, counted, and timed alone."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from tryon.evaluation.arithmetic import convolutions_of, held_against, needs_of


@pytest.mark.parametrize("quiet", [True, False])
def test_every_convolution_of_a_call_is_heard(quiet: bool) -> None:
    net = nn.Sequential(nn.Conv2d(4, 8, 3, padding=1), nn.Conv2d(8, 8, 3, stride=2, groups=8), nn.ReLU()).eval()
    x = torch.zeros(1, 4, 10, 12)

    def run() -> None:
        with torch.inference_mode(quiet):
            net(x)
            net(x)

    calls = convolutions_of(run)
    assert sorted(calls.values()) == [2, 2]
    first, second = sorted(calls, key=lambda c: c.groups)
    assert (first.x, first.weight, first.stride, first.padding) == ((1, 4, 10, 12), (8, 4, 3, 3), (1, 1), (1, 1))
    assert first.flops() == 2 * 8 * 4 * 9 * 10 * 12
    assert second.groups == 8
    assert second.flops() == 2 * 8 * 1 * 9 * 4 * 5
    needs = needs_of(calls)
    assert needs["gflop"] == pytest.approx(2 * (first.flops() + second.flops()) / 1e9, abs=1e-3)
    assert needs["plain_ms"] > 0


def test_the_format_that_is_computed_in_is_the_one_that_is_timed() -> None:
    net, x = nn.Conv2d(4, 4, 3).eval(), torch.zeros(1, 4, 8, 8)

    def run() -> None:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            net(x)

    assert [c.dtype for c in convolutions_of(run)] == [torch.bfloat16]


def test_a_path_is_held_against_its_convolutions() -> None:
    net, x = nn.Conv2d(16, 16, 3).eval(), torch.zeros(1, 16, 64, 64)
    found = held_against(lambda: net(x), 1000.0)
    assert found["ratio"] == pytest.approx(1000 / found["plain_ms"], rel=0.01)
    assert found["ratio"] > 2
    nothing = held_against(lambda: None, 5.0)
    assert nothing["gflop"] == 0
    assert nothing["ratio"] is None  # there is no arithmetic to hold it against
