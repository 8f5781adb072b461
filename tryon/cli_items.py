"""What a command is given to work on: the id of something in the gallery, or a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tryon.errors import BadRequestError

if TYPE_CHECKING:
    from tryon.types import Garment, RGBu8
    from tryon.ui.engine import TryOn
    from tryon.ui.gallery import Gallery

ASSETS = Path(__file__).resolve().parents[1] / "assets"


def open_gallery(assets: Path | None = None) -> Gallery:
    """The gallery of an assets folder; the repository's by default.

    Raises:
        GalleryError: it is missing or damaged.
    """
    from tryon.ui.gallery import load_gallery

    return load_gallery(assets or ASSETS)


def check_item(name: str, gallery: Gallery, *, of: str, folder: Path | None = None) -> Path | None:
    """Where a file lies, or None for an id of the gallery.

    Args:
        name: an id, or a file's path. gallery: ids are looked up in it.
        of: "garment" or "model". folder: from which paths are taken first.

    Raises:
        BadRequestError: neither is there.
    """
    name = name.strip()
    if name in gallery.garments if of == "garment" else (name in gallery.models or name in gallery.builds):
        return None
    for path in ([folder / name] if folder is not None else []) + [Path(name)]:
        if name and path.is_file():
            return path
    raise BadRequestError(
        f"There is no file {name!r}, and no {of} of this id in the gallery. "
        f"Check the path, or see `python -m tryon gallery list` for ids."
    )


def garment_of_gallery(name: str, gallery: Gallery, networks: Callable[[], TryOn]) -> Garment:
    """A garment by its id; the networks are loaded only where the gallery does not know it whole."""
    from tryon.ui.gallery import build_garment

    item = gallery.garments[name.strip()]
    return build_garment(item, cast("TryOn", None) if item.complete and not item.dropped else networks())


def person_picture(name: str, gallery: Gallery, *, folder: Path | None = None) -> RGBu8:
    """The picture of a person: a file, or a virtual model by its id.

    Raises:
        BadRequestError: neither is there.
        TryOnError: it cannot be read.
    """
    from tryon.images import load_picture

    path = check_item(name, gallery, of="model", folder=folder)
    if path is None:
        models = {**gallery.models, **gallery.builds}
        path = models[name.strip()].file
    return load_picture(path, what=f"picture {path.name}")
