"""Which photographed jackets, blazers and hoodies are worn open and which closed: looked at, one by one."""

from __future__ import annotations

LOOKED_AT = ("Outwear", "Blazer", "Hoodie")  # labels that leave it open; every photo of them has been looked at
# first characters of the photos' ids
OPEN = frozenset(
    """
    d2741f 094a62 1a35c8 28a99f 33bd8f 36840c 389eac 396cdf 44640d 54943d 644a1b 6beae3 6db591 753318 76d97e
    77d248 77f4bc 7a203e 7ac308 878ff7 8993a2 8be7c8 a04270 ad19b1 d93458 e3348f e967bd f602a9 1b2ace 296243
    42d817 611666 685ae6 6b08d5 6e28fa 77f0e0 7e96c6 aa0d4e b3636f c2f138 d74b55 dca6b3 e6bb7c eb08b6
    """.split()
)
UNCLEAR = frozenset(
    """
    0b0457 331737 5e0c1b 638afa 68acaa 03c636 06aaac 0d9f1b 1d0b7c 2ecf75 3087f5 3dfe3c 74846e 83eaeb a1bfd6
    b1d655 b3af03 b4ac2c c14d59 f99495 2026ab 26f59a 311ee1 43ab8e 44bf77 459ec5 64e29a 739eee 9cca1f 9f9a7f
    ba7624 d7e1be f1784f fa9f16 025b65 5f9833 e12e9b e6b7c7 99e7f6 c3d6a0 f24486 a59154 9fce29 9edeb8
    """.split()
)


def front_of(image_id: str, label: str) -> str | None:
    """ "open" or "closed" for a photo whose label leaves it open; None where it is unclear."""
    if label not in LOOKED_AT or image_id[:6] in UNCLEAR:
        return None
    return "open" if image_id[:6] in OPEN else "closed"
