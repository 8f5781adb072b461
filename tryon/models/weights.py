"""Weights on disk: safetensors in half precision, with what made them in the metadata."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from tryon.errors import WeightsError

T = TypeVar("T")
WEIGHTS_DIR = Path(__file__).resolve().parents[2] / "weights"
MAX_FILE_BYTES = 10_000_000  # git hosts of model pages ask for LFS above this


def save_weights(
    path: Path, module: nn.Module, *, params: Any, command: str, figures: Mapping[str, Any] | None = None
) -> None:
    """Write a module's parameters and buffers as float16, with its shape and origin.

    Args:
        path: file to write, replaced atomically.
        module: the network; integer buffers keep their type.
        params: the frozen dataclass that the network was built from.
        command: the training command.
        figures: validation figures to keep beside the weights (JSON types).

    Raises:
        WeightsError: the file would be over 10 MB.
    """
    tensors = {}
    for name, value in module.state_dict().items():
        value = value.detach().cpu()
        tensors[name] = (value.half() if value.is_floating_point() else value).contiguous().clone()
    metadata = {
        "params": json.dumps(asdict(params) if is_dataclass(params) and not isinstance(params, type) else params),
        "command": command,
        "commit": _commit(),
        "figures": json.dumps(dict(figures or {})),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    save_file(tensors, str(part), metadata=metadata)
    if part.stat().st_size > MAX_FILE_BYTES:
        size = part.stat().st_size
        part.unlink()
        raise WeightsError(f"{path.name} would be {size / 1e6:.1f} MB; the limit is 10 MB. Make the network smaller.")
    part.replace(path)


def read_weights(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read a weights file.

    Returns:
        The tensors as float32 (integers as they are), and the metadata: ``params`` and ``figures``
        (decoded), ``command``, ``commit``.

    Raises:
        WeightsError: the file is missing or damaged.
    """
    if not path.is_file():
        raise WeightsError(f"The weights {path.name} are missing. Restore the weights/ folder of the repository.")
    try:
        with safe_open(str(path), framework="pt") as f:
            meta = f.metadata() or {}
            tensors = {k: f.get_tensor(k) for k in f.keys()}  # noqa: SIM118 - not a mapping
        info = {
            "params": json.loads(meta["params"]),
            "figures": json.loads(meta.get("figures", "{}")),
            "command": meta.get("command", ""),
            "commit": meta.get("commit", ""),
        }
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise WeightsError(
            f"The weights {path.name} are damaged ({error}). Restore them from the repository."
        ) from None
    for name, value in tensors.items():
        if value.is_floating_point() and not torch.isfinite(value).all():
            raise WeightsError(f"The weights {path.name} are damaged: {name} holds what is no number. Restore them.")
    return {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}, info


def from_json(kind: type[T], values: Mapping[str, Any]) -> T:
    """Build a parameter dataclass from JSON values, in which tuples have become lists."""
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


def load_into(module: nn.Module, tensors: Mapping[str, torch.Tensor], name: str) -> None:
    """Copy tensors into a module, all or nothing.

    Raises:
        WeightsError: names or shapes do not fit (weights of another network).
    """
    try:
        module.load_state_dict(dict(tensors), strict=True)
    except RuntimeError as error:
        raise WeightsError(
            f"The weights {name} are of another network: {str(error).splitlines()[-1].strip()}"
        ) from None


def _commit() -> str:
    root = Path(__file__).resolve().parents[2]
    try:
        out = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return out.stdout.strip()
