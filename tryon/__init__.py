"""Virtual try-on: a photo of a person and a picture of a garment become the person wearing it.

>>> from tryon import TryOnPipeline
>>> result = TryOnPipeline.from_pretrained()("me.jpg", "shirt.png")

Importing the package loads neither torch nor any network; names arrive when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tryon.errors import TryOnError
    from tryon.pipeline import TryOnPipeline
    from tryon.types import TryOnResult

__version__ = "0.1.0"
__all__ = ["TryOnError", "TryOnPipeline", "TryOnResult", "__version__"]

_HOME = {"TryOnError": "tryon.errors", "TryOnPipeline": "tryon.pipeline", "TryOnResult": "tryon.types"}


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'tryon' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
