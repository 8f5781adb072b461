"""FabricSpec: everything that colours one garment, as a small frozen record that can be written as JSON."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

Side = Literal["front", "back", "sleeve"]


@dataclass(frozen=True)
class PrintSpec:
    """A drawing on the garment.

    art: kind of ``prints.draw_print``; variant: which of them. text: for lettering, else "".
    x: offset from the middle line to the viewer's right, y: below the neck's lowest point (or the
    waist), both in cm to the print's middle top. worn: 0 fresh to 1 cracked and faded by washing.
    """

    art: str
    colours: tuple[str, ...]
    width_cm: float
    variant: int = 0
    text: str = ""
    x: float = 0.0
    y: float = 6.0
    side: Side = "front"
    worn: float = 0.0


@dataclass(frozen=True)
class FabricSpec:
    """What a garment is made of.

    kind: "plain", "heather", "stripes", "checks", "motif", "gradient", "tiedye", "denim", "photo" (a real
    garment laid on this one) or "patch" (a piece of a real cloth). style: which stripes, checks, motif,
    gradient, or the photo's id. colours: sRGB hex, ground first. weave: see ``weaves``. scale_cm: repeat.
    angle_deg: the pattern's turn. gloss: 0 matt to 1 satin. opacity: least opacity where cloth is sheer.
    wash: 0 new to 1 worn light (denim), zones: (place, hex): "sleeves", "raglan", "collar", "cuffs",
    "hem", "waistband", "yoke", "lower", "half", "side_stripe", "sleeve_stripe". stitch: colour of visible
    thread. metal: colour of zips, rivets and snaps. button: colour of buttons.
    """

    kind: str
    colours: tuple[str, ...]
    style: str = ""
    weave: str = "jersey"
    scale_cm: float = 4.0
    angle_deg: float = 0.0
    seed: int = 0
    gloss: float = 0.0
    opacity: float = 1.0
    wash: float = 0.0
    zones: tuple[tuple[str, str], ...] = ()
    prints: tuple[PrintSpec, ...] = ()
    stitch: str = ""
    metal: str = "#9a9a9c"
    button: str = ""

    def to_json(self) -> dict[str, Any]:
        """A dictionary of plain values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> FabricSpec:
        """The spec that ``to_json`` wrote, also after a trip through a JSON file."""
        prints = tuple(PrintSpec(**{**p, "colours": tuple(p["colours"])}) for p in values["prints"])
        zones = tuple((str(a), str(b)) for a, b in values["zones"])
        return cls(**{**values, "colours": tuple(values["colours"]), "prints": prints, "zones": zones})
