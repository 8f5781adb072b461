"""Colours that visitors look for: the manifest's many names, gathered into a few families with a swatch each."""

from __future__ import annotations

from collections.abc import Iterable

# family: the swatch's colour, and the names in manifests that belong to it; the order is that of the page
FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "white": ("#ffffff", ("white", "cream", "ivory", "ecru", "off-white")),
    "grey": ("#9a9a98", ("grey", "gray", "silver", "ash", "stone")),
    "black": ("#1d1d1f", ("black", "charcoal", "anthracite")),
    "beige": ("#d2b48c", ("beige", "khaki", "camel", "sand", "tan", "taupe", "oatmeal")),
    "brown": ("#7a4a2b", ("brown", "chocolate", "rust", "cognac", "bronze")),
    "yellow": ("#e3b32f", ("yellow", "mustard", "gold", "lemon")),
    "orange": ("#e57c2f", ("orange", "apricot", "terracotta", "coral", "peach")),
    "red": ("#c22f34", ("red", "burgundy", "wine", "crimson", "maroon")),
    "pink": ("#e79ab0", ("pink", "rose", "blush", "fuchsia", "magenta", "salmon")),
    "purple": ("#84629f", ("purple", "lilac", "lavender", "violet", "plum", "aubergine")),
    "blue": ("#3565b0", ("blue", "navy", "indigo", "denim", "light blue", "sky", "cobalt", "teal", "turquoise")),
    "green": ("#4d7d52", ("green", "olive", "sage", "mint", "emerald", "bottle", "forest")),
}
_FAMILY = {name: family for family, (_, names) in FAMILIES.items() for name in names}


def families_of(colours: Iterable[str]) -> tuple[str, ...]:
    """The families of some colours, in the page's order.

    Args:
        colours: as manifests have them, such as "light blue" or "dark olive"; unknown ones belong to no family.
    """
    found = {_family(colour.strip().lower()) for colour in colours}
    return tuple(family for family in FAMILIES if family in found)


def _family(colour: str) -> str | None:
    # "dark olive" is what its last known word says
    words = [colour, *reversed(colour.replace("-", " ").split())]
    return next((_FAMILY[word] for word in words if word in _FAMILY), None)
