"""The number format: the same after every start on x86, measured elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tryon.models import precision


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"architecture": "x86_64", "avx512_bf16": True}, True),
        ({"architecture": "x86_64", "amx_bf16": True}, True),
        ({"architecture": "x86_64", "avx512_f": True}, False),
        ({"architecture": "aarch64"}, None),
        ({}, None),
    ],
)
def test_x86_says_whether_it_has_bfloat16(capabilities: dict[str, object], expected: bool | None) -> None:
    assert precision.bf16_in_hardware(capabilities) is expected


@pytest.mark.parametrize(("faster", "dtype"), [(True, torch.bfloat16), (False, torch.float32)])
def test_other_cpus_are_measured(monkeypatch: Any, faster: bool, dtype: torch.dtype) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"architecture": "arm64"})
    monkeypatch.setattr(precision, "_measured_faster", lambda: faster)
    precision.inference_dtype.cache_clear()
    try:
        assert precision.inference_dtype() == dtype
    finally:
        precision.inference_dtype.cache_clear()


def test_a_busy_machine_changes_nothing_on_x86(monkeypatch: Any) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"architecture": "x86_64", "avx512_bf16": True})
    monkeypatch.setattr(precision, "_measured_faster", lambda: pytest.fail("nothing is to be measured"))
    precision.inference_dtype.cache_clear()
    try:
        assert precision.inference_dtype() == torch.bfloat16
    finally:
        precision.inference_dtype.cache_clear()


def test_weights_in_the_working_format_give_the_same_answers() -> None:
    torch.manual_seed(2)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 16, 3), torch.nn.GroupNorm(4, 16), torch.nn.ReLU(), torch.nn.Conv2d(16, 4, 1)
    ).eval()
    x = torch.rand(1, 3, 16, 16)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        before = net(x)
        after = precision.with_working_weights(net, torch.bfloat16)(x)
    assert torch.equal(before, after)
    assert [p.dtype for p in net[1].parameters()] == [torch.float32] * 2
    assert net[0].weight.dtype == torch.bfloat16
