"""Which photographed outer garments are waistcoats: looked at, one by one."""

from __future__ import annotations

LOOKED_AT = ("Outwear",)  # labels that leave it open; every photo of them has been looked at
# first characters of the photos' ids
SLEEVELESS = frozenset(
    """
    01e424 0c7412 1c9f16 1ca6b6 1dcf0c 26f59a 296243 31590e 356b21 3d43b8 44b5af 4b319e
    5368e9 599279 62bb46 6d57d8 77f0e0 7e96c6 8c0ed4 8dd487 9007ff 90716f 90ff3b 9547b1
    9f9a7f a66afb a8f689 c9aac9 ccd126 d7e1be dca6b3 e51ccd e98423 efae72 f1784f ff795d
    """.split()
)
UNCLEAR = frozenset("00a1b7 1b2ace 129057 f5cc41 c0ded3 7e557c e6b7c7".split())  # rolled up, cut off, or hidden


def sleeve_of(image_id: str, label: str) -> str | None:
    """ "none" or "long" for a photo whose label leaves it open; None where it is unclear."""
    if label not in LOOKED_AT or image_id[:6] in UNCLEAR:
        return None
    return "none" if image_id[:6] in SLEEVELESS else "long"
