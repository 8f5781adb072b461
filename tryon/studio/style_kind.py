"""Whether a picture shows a garment, or is a painting, a tiled wall, a meadow: anything whose colours may be worn."""

from __future__ import annotations

from tryon.types import Garment

# On 86 photos of garments the product of the two probabilities is over .5 for 84; on eight drawn pictures (bricks,
# tiles, swirls, a portrait) .43 at most, where a garment is "found" at all.
SURE = 0.5
MOST_BORDER = 0.3  # share of the picture's border that a garment covers; tiles cover all of it


def shows_garment(garment: Garment) -> bool:
    """Whether what was found in a picture is a garment.

    Args:
        garment: what the garment networks made of the picture.
    """
    alpha = garment.alpha_f32
    edges = (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1])
    border = sum(float(edge.sum()) for edge in edges) / sum(edge.size for edge in edges)
    seen = garment.visibility.values()
    visible = sum(seen) / len(seen) if seen else 1.0
    return border < MOST_BORDER and max(garment.label_probability.values()) * visible >= SURE
