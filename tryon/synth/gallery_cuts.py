"""Cuts and cloths that the gallery's garments are made from, and what is written down of each garment."""

# ruff: noqa: E501 - a table: one garment reads better on few long lines

from __future__ import annotations

from dataclasses import dataclass, replace

from tryon.synth.bottoms import SkirtCut, TrouserCut, cut_skirt, cut_trousers
from tryon.synth.fabrics import Fabric
from tryon.synth.flat import Look
from tryon.synth.open_tops import JacketCut, cut_jacket
from tryon.synth.pattern import FlatPattern
from tryon.synth.tops import TopCut, cut_top

WHITE_GROUND, GREY_GROUND = "#f6f6f7", "#e4e6e9"


@dataclass(frozen=True)
class GalleryGarment:
    """One garment of the gallery.

    label: one of ``tryon.types.GARMENT_LABELS``. colours: of ``tryon.garment.colours.COLOURS``, the most striking first.
    """

    id: str
    name: str
    name_zh: str
    label: str
    colours: tuple[str, ...]
    cut: TopCut | TrouserCut | SkirtCut | JacketCut
    look: Look
    ground: str = WHITE_GROUND

    def pattern(self) -> FlatPattern:
        if isinstance(self.cut, TopCut):
            return cut_top(self.cut)
        if isinstance(self.cut, JacketCut):
            return cut_jacket(self.cut)
        return cut_trousers(self.cut) if isinstance(self.cut, TrouserCut) else cut_skirt(self.cut)


LABEL = Fabric(("#f4f2ec",), weave="satin")
MENS_TEE = TopCut()
WOMENS_TEE = TopCut(
    neck_half=9.2, neck_depth=9.5, rib=1.5, shoulder_half=19.5, shoulder_drop=4.0, armpit_y=20.5, chest_half=22.0,
    waist_half=20.0, hem_half=22.5, length=62.0, sleeve_length=15.0, cuff_width=14.5, sleeve_deg=38.0,
)  # fmt: skip
LONG_SLEEVE = TopCut(
    sleeve="long",
    sleeve_length=61.0,
    sleeve_deg=69.0,
    cuff_width=11.5,
    cuff_rib=5.0,
    chest_half=26.0,
    hem_half=25.5,
    waist_half=25.0,
)
SWEATER = replace(
    LONG_SLEEVE,
    chest_half=28.5,
    waist_half=28.0,
    hem_half=27.0,
    hem_rib=6.0,
    cuff_rib=6.5,
    cuff_width=13.0,
    rib=2.8,
    length=67.0,
    shoulder_half=24.5,
    armpit_y=25.0,
)
SHIRT = TopCut(
    neck="shirt", neck_half=7.6, neck_depth=6.0, rib=0.0, placket=62.0, sleeve="long", sleeve_length=62.0, sleeve_deg=69.0,
    cuff_width=13.5, cuff_rib=6.5, hem_sag=-5.0, length=77.0, chest_half=27.0, waist_half=26.0, hem_half=26.5, chest_pocket=True,
)  # fmt: skip
POLO = TopCut(neck="polo", neck_half=8.0, neck_depth=6.5, rib=0.0, placket=14.0, cuff_rib=2.6, length=71.0)
HOODIE = replace(SWEATER, neck="hood", neck_half=9.0, neck_depth=9.5, rib=0.0, kangaroo=True, cuff_width=13.5)
TANK = TopCut(
    neck="strap", neck_half=9.0, neck_depth=14.0, rib=0.0, shoulder_half=12.5, armpit_y=21.5, chest_half=21.0, waist_half=19.5,
    hem_half=21.5, length=60.0, sleeve="none",
)  # fmt: skip
SLEEVELESS = replace(
    WOMENS_TEE, sleeve="none", shoulder_half=17.0, neck_half=8.8, rib=1.2, hem_half=24.0, waist_half=22.0
)
TEA_DRESS = TopCut(
    dress=True, neck="v", neck_half=8.0, neck_depth=15.0, rib=0.0, shoulder_half=18.5, chest_half=21.0, waist_half=17.5,
    waist_seam_y=40.0, hem_half=34.0, length=98.0, sleeve_length=15.0, cuff_width=15.5, armpit_y=20.5, hem_sag=3.0,
)  # fmt: skip
JEANS = TrouserCut(hip_half=25.0, leg_out=21.5, leg_width=17.0)
CHINOS = TrouserCut(jeans=False, crease=True, hip_half=24.5, leg_out=20.5, leg_width=16.5)


def jersey(*colours: str, rib: str | None = None, lining: str | None = None, **rest: Fabric) -> dict[str, Fabric]:
    """Plain jersey with ribs of the same colour."""
    return {
        "shell": Fabric(colours),
        "rib": Fabric((rib or colours[0],), weave="rib"),
        "lining": Fabric((lining or colours[0],)),
        "label": LABEL,
    } | rest


def of_cloth(shell: Fabric, **rest: Fabric) -> dict[str, Fabric]:
    """Any cloth, with ribs and lining of its ground colour."""
    return {
        "shell": shell,
        "rib": Fabric(shell.colours[:1], weave="rib"),
        "lining": Fabric(shell.colours[:1]),
        "label": LABEL,
    } | rest


def denim_cloth(colour: str, thread: str, wash: float) -> dict[str, Fabric]:
    return {
        "shell": Fabric((colour,), weave="denim", wash=wash),
        "lining": Fabric(("#8f9bad",), weave="denim"),
        "thread": Fabric((thread,)),
        "button": Fabric(("#b08650",)),
        "turn_up": Fabric(("#93a5bd",), weave="denim"),
    }


def plain_cloth(colour: str, weave: str = "twill", **rest: Fabric) -> dict[str, Fabric]:
    cloth = Fabric((colour,), weave=weave)  # type: ignore[arg-type]
    return {"shell": cloth, "lining": Fabric((colour,)), "rib": Fabric((colour,), weave="rib")} | rest


PEARL = Fabric(("#efece4",))
DARK_BUTTON = Fabric(("#3a342f",))


TAILORED = TopCut(
    sleeve="long", sleeve_length=60.0, sleeve_deg=66.0, cuff_width=12.5, chest_half=27.0, waist_half=24.5, hem_half=26.8, shoulder_half=22.5,
    armpit_y=24.0, length=72.0, neck_half=8.5, neck_depth=7.5, hem_sag=0.4,
)  # fmt: skip
BLOUSON = replace(
    TAILORED, cuff_width=13.0, cuff_rib=5.0, waist_half=25.5, hem_half=26.0, length=62.0, hem_rib=5.5, neck_half=8.6
)
BLOUSE = replace(
    SHIRT, chest_pocket=False, neck_half=7.2, shoulder_half=20.0, chest_half=23.5, waist_half=22.0, hem_half=24.5, length=66.0, hem_sag=-3.0,
    armpit_y=22.0, sleeve_length=58.0, placket=54.0,
)  # fmt: skip
TROUSERS = replace(CHINOS, jeans=False, waist_half=19.0, hip_half=23.5, leg_out=18.0, leg_width=12.5, rise=27.0)
WIDE = replace(CHINOS, waist_half=18.5, hip_half=24.0, leg_out=27.0, leg_width=24.0, rise=29.0)
