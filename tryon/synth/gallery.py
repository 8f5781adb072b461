"""All garments of the gallery, in the page's order: each kind's most telling pieces first."""

from __future__ import annotations

from tryon.synth.gallery_cuts import GalleryGarment
from tryon.synth.gallery_jackets import JACKETS
from tryon.synth.gallery_lowers import DRESSES, LOWERS
from tryon.synth.gallery_tops import UPPERS

GARMENTS: tuple[GalleryGarment, ...] = UPPERS + JACKETS + LOWERS + DRESSES

__all__ = ["GARMENTS", "GalleryGarment"]
