"""All garments of the gallery, in the page's order."""

from __future__ import annotations

from tryon.synth.gallery_cuts import GalleryGarment
from tryon.synth.gallery_jackets import JACKETS
from tryon.synth.gallery_lowers import DRESSES, LOWERS
from tryon.synth.gallery_tops import UPPERS

# what a shop puts into its window: something of every kind, before the rest in their order
WINDOW = (
    "tee-breton", "jacket-denim", "dress-red", "shirt-flannel", "skirt-satin", "jeans-wide", "sweater-zigzag",
    "blazer-navy", "dress-meadow", "tee-ridge", "cardigan-berry", "trousers-linen",
)  # fmt: skip
_BY_ID = {garment.id: garment for garment in UPPERS + JACKETS + LOWERS + DRESSES}

GARMENTS: tuple[GalleryGarment, ...] = (
    *(_BY_ID[name] for name in WINDOW),
    *(garment for name, garment in _BY_ID.items() if name not in WINDOW),
)

__all__ = ["GARMENTS", "GalleryGarment"]
