"""The gallery as the recommender sees it: measures from the assets' file, or computed where it has none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tryon.errors import TryOnError
from tryon.studio.taste_look import Embedder
from tryon.studio.taste_measures import FILE_NAME, Kept, digest_of, read_measures, write_measures
from tryon.studio.taste_traits import Traits, measure, put_together, traits_of
from tryon.ui.gallery import Gallery, GarmentItem, build_garment

if TYPE_CHECKING:
    from tryon.types import Garment
    from tryon.ui.engine import TryOn


def catalogue(
    gallery: Gallery, assets: Path, *, understand: Callable[[GarmentItem], Garment] | None = None
) -> list[Traits]:
    """Traits of the gallery's garments, in its order.

    Args:
        gallery: the garments.
        assets: folder of ``taste.npz``; garments that it does not know, or whose pictures have changed, are measured.
        understand: gives a garment of which the manifest says too little; without it such garments are left out.

    Raises:
        TryOnError: the file of measures is damaged.
    """
    kept, embed, found = read_measures(assets / FILE_NAME), Embedder(), []
    for item in gallery.garments.values():
        known = kept.get(item.id)
        if known is not None and known.digest == digest_of(item.file, item.mask_file):
            found.append(_from_manifest(item, known))
            continue
        try:
            if item.complete:
                found.append(_from_manifest(item, measured(item, embed)))
            elif understand is not None:
                garment = understand(item)
                look = embed(garment.image_u8, garment.alpha_f32)
                found.append(traits_of(item.id, garment, colours=item.colours, look=look))
        except TryOnError:
            continue  # no garment in that picture: the page leaves it out, too
    return found


def measured(item: GarmentItem, embed: Embedder) -> Kept:
    """Measure a garment whose manifest is complete.

    Raises:
        TryOnError: a picture is damaged, or the network's weights are.
    """
    garment = build_garment(item, _nobody())
    picture = garment.image_u8, garment.alpha_f32
    return Kept(digest_of(item.file, item.mask_file), measure(*picture), embed(*picture))


def write_catalogue(gallery: Gallery, assets: Path) -> int:
    """Measure all complete garments, write ``taste.npz``, and say how many there are."""
    embed = Embedder()
    kept = {item.id: measured(item, embed) for item in gallery.garments.values() if item.complete}
    write_measures(assets / FILE_NAME, kept)
    return len(kept)


def _from_manifest(item: GarmentItem, kept: Kept) -> Traits:
    return put_together(
        item.id,
        item.category,
        item.label,
        kept.measured,
        colours=item.colours,
        sleeve=item.sleeve,
        leg=item.leg,
        outer=item.layer == "outer" or item.front == "open",
        look=kept.look,
    )


def _nobody() -> TryOn:
    """In place of a pipeline: complete garments need none."""
    return None  # type: ignore[return-value]
