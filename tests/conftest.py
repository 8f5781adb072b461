"""What all tests share: no network but this computer's own, the open data's folder, the pipeline, pictures."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from tryon.pipeline import TryOnPipeline

ROOT = Path(__file__).resolve().parents[1]

# set before any test imports gradio or a model hub's client: neither may call home
os.environ.update(
    GRADIO_ANALYTICS_ENABLED="False",
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    DO_NOT_TRACK="1",
    MPLBACKEND="Agg",
)


class NetworkBlockedError(OSError):
    """A test tried to reach another computer."""


def _is_here(address: Any) -> bool:
    """Whether a socket address is this computer (loopback, any address, or a Unix socket)."""
    if not isinstance(address, tuple):
        return True
    host = address[0]
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        parsed = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host).split("%")[0])
    except ValueError:
        return False
    return parsed.is_loopback or parsed.is_unspecified


def _guard(original: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any) -> Any:
        if not _is_here(address):
            raise NetworkBlockedError(f"tests run without network; something tried to reach {address!r}")
        return original(self, address)

    return connect


def _guard_lookup(original: Callable[..., Any]) -> Callable[..., Any]:
    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_here((host,)):
            raise NetworkBlockedError(f"tests run without network; something tried to look up {host!r}")
        return original(host, *args, **kwargs)

    return getaddrinfo


def pytest_configure(config: pytest.Config) -> None:
    """Close the network for this process before any test module is imported; workers share the cores."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # PyTorch reads it as it is imported
    socket.socket.connect = _guard(socket.socket.connect)  # type: ignore[method-assign]
    socket.socket.connect_ex = _guard(socket.socket.connect_ex)  # type: ignore[method-assign]
    socket.getaddrinfo = _guard_lookup(socket.getaddrinfo)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The open data's folder (TRYON_DATA, default ../shared/data); tests that need it are skipped without it."""
    folder = Path(os.environ.get("TRYON_DATA") or ROOT / "../shared/data").resolve()
    if not (folder / "people").is_dir() or not (folder / "garments").is_dir():
        pytest.skip(f"the open data is not at {folder} (set TRYON_DATA to its folder)")
    return folder


@pytest.fixture(scope="session")
def pipeline() -> TryOnPipeline:
    """The real pipeline with the repository's weights, loaded once."""
    pytest.importorskip("tryon.pipeline")
    from tryon import TryOnPipeline

    return TryOnPipeline.from_pretrained()


@pytest.fixture(scope="session")
def make_picture() -> Callable[..., np.ndarray]:
    """A function ``(height, width, seed=0) -> (H, W, 3) uint8``: smooth colours with some texture, no person."""

    def make(height: int = 160, width: int = 200, seed: int = 0) -> np.ndarray:
        rng = np.random.default_rng(seed)
        y, x = np.mgrid[0:height, 0:width]
        waves = [
            128 + 90 * np.sin(x / rng.uniform(9, 40) + rng.uniform(0, 6)) * np.cos(y / rng.uniform(9, 40))
            for _ in range(3)
        ]
        return np.clip(np.stack(waves, -1) + rng.normal(0, 3, (height, width, 3)), 0, 255).astype(np.uint8)

    return make
