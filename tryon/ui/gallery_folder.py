"""Garments that somebody dropped into a folder: pictures without an entry in any manifest."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import Path

from tryon.errors import TryOnError
from tryon.images import load_picture
from tryon.types import GARMENT_LABELS, Category

log = logging.getLogger(__name__)

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".gif", ".bmp")
MASK_ENDING = ".mask.png"
MOST_DROPPED = 500  # more in a folder is a mistake, such as the folder of all holiday photos
# Words in a file's name that tell the category before anybody has looked at the picture
_WORDS: dict[Category, tuple[str, ...]] = {
    "dress": ("dress", "gown", "连衣裙", "礼服"),
    "lower": ("jeans", "trousers", "chinos", "leggings", "joggers", "jogger", "裤", "短裙", "半身裙"),
}


def dropped_pictures(folders: Iterable[Path], known: Collection[Path]) -> list[Path]:
    """Find the pictures in some folders that no manifest names.

    Args:
        folders: looked into, not below; one that is not there holds none.
        known: files that an entry names, resolved.

    Returns:
        Pictures that can be opened, by name; what cannot be is told in the log.
    """
    found: dict[Path, None] = {}
    for folder in folders:
        try:
            files = sorted(folder.iterdir()) if folder.is_dir() else []
        except OSError as error:
            log.warning("The folder %s cannot be read (%s); its pictures are left out.", folder, error)
            continue
        for file in files:
            wanted = file.suffix.lower() in ENDINGS and not file.name.lower().endswith(MASK_ENDING)
            if wanted and not file.name.startswith(".") and file.is_file() and file.resolve() not in known:
                found[file.resolve()] = None
    pictures = list(found)
    if len(pictures) > MOST_DROPPED:
        log.warning("%d pictures were dropped into the gallery; the first %d are used.", len(pictures), MOST_DROPPED)
    return [file for file in pictures[:MOST_DROPPED] if _can_be_opened(file)]


def _can_be_opened(file: Path) -> bool:
    try:
        load_picture(file, what=f"picture {file.name}")
    except TryOnError as error:
        log.warning("%s is left out of the gallery: %s", file, error)
        return False
    return True


def mask_beside(file: Path) -> Path | None:
    """The mask that lies beside a picture as ``NAME.mask.png``, where there is one."""
    mask = file.with_name(file.stem + MASK_ENDING)
    return mask if mask.is_file() else None


def name_from_file(file: Path) -> str:
    """A name for people from a file's: ``blue_denim-jacket.JPG`` is "Blue denim jacket"."""
    words = re.sub(r"[\s_\-]+", " ", unicodedata.normalize("NFC", file.stem)).strip(" .")
    return (words[:1].upper() + words[1:])[:60] or "Garment"


def category_from_name(name: str) -> Category:
    """What a garment's name says it is; a top where it says nothing."""
    text = name.lower()
    for category, words in _WORDS.items():
        if any(word in text for word in words):
            return category
    for label, category in GARMENT_LABELS.items():
        if category != "upper" and re.search(rf"\b{re.escape(label.lower())}\b", text):
            return category
    return "upper"


def new_id(name: str, taken: Collection[str]) -> str:
    """An id for a garment of this name: lower-case words with hyphens, unlike all that are taken."""
    plain = unicodedata.normalize("NFKC", name).lower()
    stem = re.sub(r"[^\w]+", "-", plain).replace("_", "-").strip("-")[:48].strip("-") or "garment"
    number, identity = 2, stem
    while identity in taken:
        number, identity = number + 1, f"{stem}-{number}"
    return identity
