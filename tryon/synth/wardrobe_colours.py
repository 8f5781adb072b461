"""The colours that real wardrobes hold, and how they are drawn.

The tables are cluster centres of the median colours of 2,092 garment photos (CC0, alexeygrigorev/
clothing-dataset, without the validation split), by group of labels; lightness was stretched from the
photos' range (5 to 84) to that of cloth (10 to 95). An entry is a hex colour and a weight digit, a pair is
two hex colours (ground, second) of one garment and a weight.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.artwork import rgb

F32 = NDArray[np.float32]

GROUP_OF_LABEL = {
    "T-Shirt": "casual", "Longsleeve": "casual", "Polo": "casual", "Undershirt": "casual", "Top": "casual",
    "Hoodie": "casual", "Shirt": "shirt", "Blouse": "shirt", "Blazer": "outer", "Outwear": "outer",
    "Dress": "dress", "Skirt": "skirt", "Shorts": "shorts", "Pants": "pants",
}  # fmt: skip
COLOURS = {
    "casual": (
        "3835369 f0ece97 ccccca6 9b9a965 4b4d4f5 3d3c4d5 b6b7b65 7f7f7d5 796b614 9598a54 615d5d4 2627314 "
        "a9bad43 c0b0a13 9291b73 1a1b1c3 ebd2bb3 585e753 e0e1eb2 9a886b2 d24f4a2 812b362 412b302 ba76921 "
        "aa354b1 e747581 41498c1 36598b1 5172d01 50c1bc1 cfa2a41 ff9eb41 4a94a91 b4dfc31 7049711 d58b611 "
        "f450781 5088c11 dbb9601 c3ba6b1 ff70c51 baeba51 e32f2e1 a942821 2f6e4a1 eb8f4d1 fff86c1 4c81251"
    ),
    "shirt": (
        "d6d7d79 c3bfbf6 7d858d4 8e90924 63605d3 c4c9d03 aba7b13 686a6c3 9bb0cb3 ececea3 3031352 4d51712 "
        "38434d2 7f62642 f6f4e41 dac4ae1 6a87ac1 9f93841 ad6b8b1 4d6e7d1 bd9f691 97575a1 c4d6b31 4f34431 "
        "476f5d1 7544321 d5afc51 ff79ac1 b6b66b1 ba4c8a1 98e2c31 44c0e11"
    ),
    "outer": (
        "2b292c9 3b3c3f9 6466677 4b47436 52555a6 7e7f7f5 5d64775 6f69604 cbbdaf4 2333404 b141463 a8a89d3 "
        "8375633 3b485a2 5663892 f0e1d12 c746592 5a2f372 a173751 94a7b51 8c5e4a1 9ea1c51 fc5b501 dc994f1 "
        "d1b1761 b369941 579d861 ff4bb51 50a1e61 65866c1 98b87e1 3d4fa21"
    ),
    "dress": (
        "3c3b3d9 2224308 a3a4a38 5d5b5c8 e3e2d68 cdd9e57 2426277 363b4c7 726f6a6 d9a89c5 b8a7b75 dfc7b05 "
        "81838e4 b27d834 ff59664 e0517b4 338cae4 4c63873 424d9b3 4a4b883 7d352e3 dc95ac3 8891b92 9c3e3f2 "
        "6d57462 ebbe562 76274e1 2868601 302ec91 c9b8711 8bab2a1 6373cc1"
    ),
    "skirt": (
        "2e2d309 c4c5c58 3a3c3e5 9a93894 9a8f903 d3d6d33 a3b3c33 3c3d4d3 7482922 71757e2 6258432 b999832 "
        "c698992 7d31422 866d682 19221f2 773e3f2 6d98a62 615c632 5a47521 cb45651 fa4b581 b744351 dd5a7d1 "
        "ccc5b31 3e7cd41 c7b7f21 7ab8621 b08c491 252f781 905e361 4fb1881"
    ),
    "shorts": (
        "a6a6a29 31343c9 2624298 5c68716 d2ccc66 535c725 4f50545 c0c8cf4 3b38374 dcc3ac4 9e8b774 868c983 "
        "7e6e6b3 5480ad3 abb4bf3 8faec93 4f78b63 e265742 c039402 51b7a41 f47ea81 d7568b1 8d3a3d1 895c6a1 "
        "58aa641 885ec31 fd46481 c0ff6a1 c8986d1 a9bb4b1 4fe4bf1 2f386b1"
    ),
    "pants": (
        "383a3f9 3f47588 504f527 969da56 5a677a5 5e61605 2625265 4452765 89867a4 b4b5b24 6386a23 2b2c363 "
        "7581903 292e412 dddfd92 7a65882 c5b09f2 3f67a81 b0c1d91 b929381 e3cbbf1 3235691 6fcdd31 d3737e1 "
        "5a2e391 e15db81 cbc26d1 e558611 95743f1 3c8d9e1 612f641 d39c9d1"
    ),
}
PAIRS = (
    "4c4c59b3adaf9 d3c7c26d5e5c8 bdc1c65e626b7 e0e1e07e7b777 3c3d499a9dab6 2d292a8b89866 a0a6a84142446 "
    "39414bd0d5d46 787875e8e7e45 2f2d32bfbeb75 272d37f4ecdb5 3f3a38d9bca54 e5d0c14e3c393 ebe6d480705f3 "
    "6d5b73c6c4cd3 8f4e40d5c3b03 96b5d33648602 d6d9dfb6647d2 ea759ccdc4d62 c2c3c02a46622 7d8eaaf2ebe22 "
    "676d95dbd8de2 cc54586758592 312f3ab263562 ab313e3c30302 ff4864f0c4c51 a4a8a2cc9e6f1 2d2f30629bcb1 "
    "cdc56f7c755c1 c6876b4127201 68555cba535c1 ded1c79c65611 3dc2ca255a661 da5b61bec5ae1 745886ae9b941 "
    "952f30ca8b921 435760ba81681 36a374acbeb61 a5ad87ff7d651 ff5d666844461 514f59ffd6d31 4060a898b3cf1 "
    "ff869c8546481 da55b1b59b901 393e46ceb2721 6573cc6c506b1 2e3265b47c881 191e32455b921 d35ab7a998d81 "
    "6a92b5a88f7c1 ef3346fe8ab61 d9bd5dc8af9b1 4e2584c1a1f31 a5c42f35581a1 61e69a64bfaf1 3b52e22d348d1 "
    "514d5495bf6f1 b9a3411d1d1b1 5cc9d1e3c1b11 526a6bff703d1"
)

# Black, white, grey and navy, which clusters of photos blur; black cotton reflects 2 to 3%, white 80%.
STAPLES = (
    "#232326", "#27282c", "#ecebe8", "#f4f3f0", "#8d8f93", "#b9babd", "#232b45", "#2b3450", "#d9cdb8", "#4b4e53",
)  # fmt: skip
STAPLE_SHARE = 0.28


def _parse(entries: str, hexes: int) -> tuple[list[tuple[str, ...]], NDArray[np.float64]]:
    """Colours and their probabilities of a table."""
    colours, weights = [], []
    for entry in entries.split():
        colours.append(tuple(f"#{entry[6 * i : 6 * i + 6]}" for i in range(hexes)))
        weights.append(float(entry[6 * hexes :]))
    w = np.array(weights)
    return colours, w / w.sum()


def to_hex(srgb: NDArray[np.floating]) -> str:
    """(3,) sRGB 0..1 as a hex colour."""
    r, g, b = (round(float(v) * 255) for v in np.clip(srgb, 0, 1))
    return f"#{r:02x}{g:02x}{b:02x}"


def to_lab(hex_colour: str) -> F32:
    """A hex colour as CIE Lab (3,), D65."""
    pixel = np.array([[rgb(hex_colour)]], np.float32) / 255
    return np.asarray(cv2.cvtColor(pixel, cv2.COLOR_RGB2LAB)[0, 0], np.float32)


def from_lab(lab: NDArray[np.floating]) -> str:
    """CIE Lab (3,) as a hex colour, clipped to sRGB."""
    return to_hex(cv2.cvtColor(np.asarray(lab, np.float32).reshape(1, 1, 3), cv2.COLOR_LAB2RGB)[0, 0])


def vary(hex_colour: str, rng: np.random.Generator, amount: float = 1.0) -> str:
    """The colour moved a little: lightness by 2.5, hue axes by 1.8 times amount (standard deviations)."""
    lab = to_lab(hex_colour) + rng.normal(0, amount, 3) * np.array([2.5, 1.8, 1.8])
    lab[0] = np.clip(lab[0], 9, 95)
    return from_lab(lab)


def pick_colour(label: str, rng: np.random.Generator) -> str:
    """A colour as garments of this label have; a label that is not known counts as casual."""
    if rng.random() < STAPLE_SHARE:
        return vary(STAPLES[int(rng.integers(len(STAPLES)))], rng, 0.5)
    colours, p = _parse(COLOURS[GROUP_OF_LABEL.get(label, "casual")], 1)
    return vary(colours[int(rng.choice(len(colours), p=p))][0], rng)


def pick_pair(label: str, rng: np.random.Generator) -> tuple[str, str]:
    """Ground and second colour that are told apart: of a real garment, or tone on tone, or with white or black."""
    how = rng.random()
    if how < 0.35:
        pairs, p = _parse(PAIRS, 2)
        a, b = pairs[int(rng.choice(len(pairs), p=p))]
        return vary(a, rng), vary(b, rng)
    ground = pick_colour(label, rng)
    light = float(to_lab(ground)[0])
    if how < 0.60:
        lab = to_lab(ground) * np.array([1, 0.85, 0.85], np.float32)
        lab[0] += (1 if light < 50 else -1) * rng.uniform(14, 34)
        return ground, from_lab(lab)
    if how < 0.85:
        return ground, vary("#f2f0ea" if light < 68 else ("#1d1f26", "#232c47", "#3a3a3c")[int(rng.integers(3))], rng)
    for _ in range(8):
        second = pick_colour(label, rng)
        if float(np.linalg.norm(to_lab(second) - to_lab(ground))) > 25:
            return ground, second
    return ground, "#f2f0ea" if light < 60 else "#26272b"


def pick_palette(label: str, rng: np.random.Generator, count: int) -> tuple[str, ...]:
    """Ground and ``count - 1`` inks: a pair, then relatives of it and one more colour of the wardrobe."""
    ground, second = pick_pair(label, rng)
    inks = [second]
    while len(inks) < count - 1:
        if rng.random() < 0.55:
            lab = to_lab(inks[int(rng.integers(len(inks)))]) + rng.normal(0, 1, 3) * np.array([14, 9, 9])
            lab[0] = np.clip(lab[0], 12, 95)
            inks.append(from_lab(lab))
        else:
            inks.append(pick_colour(label, rng))
    return (ground, *inks[: count - 1])
