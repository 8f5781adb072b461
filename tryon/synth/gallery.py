"""The garments of the gallery: their cuts, cloths and names."""

# ruff: noqa: E501 - a table: one garment reads better on few long lines

from __future__ import annotations

from dataclasses import dataclass, replace

from tryon.synth.bottoms import SkirtCut, TrouserCut, cut_skirt, cut_trousers
from tryon.synth.fabrics import Fabric
from tryon.synth.flat import Look, Print
from tryon.synth.pattern import FlatPattern
from tryon.synth.tops import TopCut, cut_top

WHITE_GROUND, GREY_GROUND = "#f6f6f7", "#e4e6e9"


@dataclass(frozen=True)
class GalleryGarment:
    """One garment of the gallery. label: one of ``tryon.types.GARMENT_LABELS``."""

    id: str
    name: str
    name_zh: str
    label: str
    colours: tuple[str, ...]
    cut: TopCut | TrouserCut | SkirtCut
    look: Look
    ground: str = WHITE_GROUND

    def pattern(self) -> FlatPattern:
        if isinstance(self.cut, TopCut):
            return cut_top(self.cut)
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


def _cloth(*colours: str, rib: str | None = None, lining: str | None = None, **rest: Fabric) -> dict[str, Fabric]:
    """Plain jersey with ribs of the same colour."""
    return {
        "shell": Fabric(colours),
        "rib": Fabric((rib or colours[0],), weave="rib"),
        "lining": Fabric((lining or colours[0],)),
        "label": LABEL,
    } | rest


def _of(shell: Fabric, **rest: Fabric) -> dict[str, Fabric]:
    """Any cloth, with ribs and lining of its ground colour."""
    return {
        "shell": shell,
        "rib": Fabric(shell.colours[:1], weave="rib"),
        "lining": Fabric(shell.colours[:1]),
        "label": LABEL,
    } | rest


def _denim(colour: str, thread: str, wash: float) -> dict[str, Fabric]:
    return {
        "shell": Fabric((colour,), weave="denim", wash=wash),
        "lining": Fabric(("#8f9bad",), weave="denim"),
        "thread": Fabric((thread,)),
        "button": Fabric(("#b08650",)),
        "turn_up": Fabric(("#93a5bd",), weave="denim"),
    }


def _plain(colour: str, weave: str = "twill", **rest: Fabric) -> dict[str, Fabric]:
    cloth = Fabric((colour,), weave=weave)  # type: ignore[arg-type]
    return {"shell": cloth, "lining": Fabric((colour,)), "rib": Fabric((colour,), weave="rib")} | rest


PEARL = Fabric(("#efece4",))
DARK_BUTTON = Fabric(("#3a342f",))

UPPERS = (
    GalleryGarment(
        "tee-ridge", "White T-shirt with mountain print", "白色山峦印花T恤", "T-Shirt", ("white", "orange"), MENS_TEE,
        Look(_cloth("#f3f2ef"), (Print("sunset", ("#e2653b", "#f3b64c", "#2d4a57", "#ffffff"), y=27.0),)), GREY_GROUND,
    ),
    GalleryGarment(
        "tee-charcoal", "Charcoal T-shirt", "炭灰色T恤", "T-Shirt", ("charcoal",), replace(MENS_TEE, length=71.0),
        Look(_cloth("#3b3d42")),
    ),
    GalleryGarment(
        "tee-wave", "Sage T-shirt with wave print", "鼠尾草绿海浪T恤", "T-Shirt", ("green", "blue"), replace(MENS_TEE, chest_half=27.0, waist_half=26.5, hem_half=27.0, shoulder_half=24.0),
        Look(_cloth("#a9bba2"), (Print("wave", ("#28506b", "#f2efe4", "#3f7f93"), y=28.0, width_cm=25.0),)),
    ),
    GalleryGarment(
        "tee-breton", "Striped T-shirt", "蓝白条纹T恤", "T-Shirt", ("white", "navy"), WOMENS_TEE,
        Look(_of(Fabric(("#f2f0ea", "#243a63"), "stripes", scale_cm=2.6))), GREY_GROUND,
    ),
    GalleryGarment(
        "tee-coral", "Coral V-neck T-shirt", "珊瑚色V领T恤", "T-Shirt", ("coral",), replace(WOMENS_TEE, neck="v", neck_depth=14.0, rib=1.1),
        Look(_cloth("#e5735f")),
    ),
    GalleryGarment(
        "tee-bloom", "Black T-shirt with flower print", "黑色花卉印花T恤", "T-Shirt", ("black", "pink"), replace(WOMENS_TEE, chest_half=23.5, waist_half=22.5, hem_half=24.0),
        Look(_cloth("#26262a"), (Print("bloom", ("#e79bb0", "#6f9a7c", "#f6d4dd", "#f2c14e"), y=27.0, width_cm=22.0),)),
    ),
    GalleryGarment(
        "long-breton", "Long-sleeved striped top", "海魂衫长袖", "Longsleeve", ("cream", "blue"),
        replace(LONG_SLEEVE, neck="boat", neck_half=11.5, neck_depth=4.5, rib=1.0, shoulder_half=20.5, chest_half=23.0, waist_half=22.0, hem_half=23.5, length=63.0, cuff_rib=0.0, sleeve_length=57.0, armpit_y=21.5),
        Look(_of(Fabric(("#f0eadb", "#2f5d9b"), "stripes", scale_cm=3.4))), GREY_GROUND,
    ),
    GalleryGarment(
        "long-burgundy", "Burgundy long-sleeved T-shirt", "酒红长袖T恤", "Longsleeve", ("burgundy",), LONG_SLEEVE,
        Look(_cloth("#7a2536")),
    ),
    GalleryGarment(
        "sweater-cable", "Cream cable-knit sweater", "米色绞花毛衣", "Longsleeve", ("cream",), SWEATER,
        Look(_of(Fabric(("#e6dcc6",), weave="cable")), softness=1.4, crumple_cm=0.12), GREY_GROUND,
    ),
    GalleryGarment(
        "turtleneck-mustard", "Mustard turtleneck", "芥末黄高领毛衣", "Longsleeve", ("mustard",),
        replace(SWEATER, neck="turtle", neck_half=8.0, neck_depth=3.0, chest_half=25.0, waist_half=24.0, hem_half=24.0, shoulder_half=21.5, armpit_y=23.0),
        Look(_of(Fabric(("#c9972f",), weave="knit")), softness=1.3),
    ),
    GalleryGarment(
        "shirt-pinstripe", "Blue pinstriped shirt", "蓝色细条纹衬衫", "Shirt", ("blue", "white"), SHIRT,
        Look(_of(Fabric(("#b9d0ea", "#f7f9fc"), "pinstripes", scale_cm=1.1), button=PEARL)),
    ),
    GalleryGarment(
        "shirt-flannel", "Red checked flannel shirt", "红格法兰绒衬衫", "Shirt", ("red", "black"), SHIRT,
        Look(_of(Fabric(("#a8322d", "#2a2527", "#e8dcc8"), "checks", "fleece", scale_cm=8.0), button=DARK_BUTTON)),
    ),
    GalleryGarment(
        "polo-green", "Bottle-green polo shirt", "墨绿Polo衫", "Polo", ("green",), POLO,
        Look(_cloth("#1f5a45", button=PEARL), (Print("badge", ("#e9e3cf",), x=10.5, y=20.5, width_cm=3.4),)),
    ),
    GalleryGarment(
        "polo-navy", "Navy polo with white stripes", "藏青条纹Polo衫", "Polo", ("navy", "white"), POLO,
        Look(_of(Fabric(("#22304f", "#e9e9e6"), "pinstripes", scale_cm=30.0), button=PEARL) | {"shell": Fabric(("#e9e9e6", "#22304f"), "stripes", scale_cm=5.0)}),
    ),
    GalleryGarment(
        "hoodie-college", "Grey college hoodie", "灰色学院风连帽衫", "Hoodie", ("grey", "navy"), HOODIE,
        Look(
            _of(Fabric(("#b4b7bb", "#8e9297"), "melange", "fleece"), cord=Fabric(("#f1f0ec",)), lining=Fabric(("#9fa2a6",))),
            (Print("college", ("#27395e", "#27395e"), y=31.0, width_cm=30.0),), softness=1.35,
        ),
    ),
    GalleryGarment(
        "sweatshirt-lilac", "Lilac sweatshirt", "丁香紫卫衣", "Hoodie", ("lilac",), replace(SWEATER, raglan=True),
        Look(_of(Fabric(("#b9a5d0",), weave="fleece")), softness=1.3),
    ),
    GalleryGarment(
        "tank-olive", "Olive ribbed tank top", "橄榄绿罗纹背心", "Top", ("olive",), TANK,
        Look(_of(Fabric(("#6f7446",), weave="rib"))),
    ),
    GalleryGarment(
        "top-floral", "Sleeveless floral top", "无袖碎花上衣", "Top", ("white", "pink", "green"), SLEEVELESS,
        Look(_of(Fabric(("#f7f1ec", "#d9647c", "#ef9aa6", "#5f8b6b"), "floral", "satin", 17.0, seed=3)), crumple_cm=0.13), GREY_GROUND,
    ),
)  # fmt: skip

LOWERS = (
    GalleryGarment("jeans-blue", "Blue jeans", "蓝色牛仔裤", "Pants", ("blue",), JEANS, Look(_denim("#2f4a73", "#c98b3f", 0.62))),
    GalleryGarment(
        "jeans-black", "Black slim jeans", "黑色修身牛仔裤", "Pants", ("black",),
        replace(JEANS, waist_half=19.0, hip_half=22.5, leg_out=17.5, leg_width=12.5, rise=25.0),
        Look(_denim("#27282c", "#3a3b40", 0.12)),
    ),
    GalleryGarment("chinos-sand", "Sand chinos", "沙色休闲裤", "Pants", ("beige",), CHINOS, Look(_plain("#c2a97f", button=DARK_BUTTON))),
    GalleryGarment(
        "joggers-grey", "Grey joggers", "灰色运动裤", "Pants", ("grey",),
        TrouserCut(jeans=False, drawstring=True, cuff_rib=6.0, band=5.0, waist_half=20.0, hip_half=26.0, leg_out=19.5, leg_width=14.0, length=101.0),
        Look(_of(Fabric(("#8c9096", "#6d7177"), "melange", "fleece"), cord=Fabric(("#eeeeea",))), softness=1.3),
    ),
    GalleryGarment(
        "shorts-khaki", "Khaki shorts", "卡其短裤", "Shorts", ("khaki",),
        TrouserCut(jeans=False, hip_half=27.0, length=52.0, leg_out=28.5, leg_width=26.5),
        Look(_plain("#9a8f6a", button=DARK_BUTTON)),
    ),
    GalleryGarment(
        "shorts-denim", "Denim shorts", "牛仔短裤", "Shorts", ("light blue",),
        TrouserCut(waist_half=19.0, hip_half=24.0, rise=26.0, length=39.0, leg_out=26.5, leg_width=25.0, turn_up=3.0),
        Look(_denim("#6f93bd", "#d7a765", 0.5)),
    ),
    GalleryGarment(
        "skirt-poppy", "Red floral A-line skirt", "红色碎花A字裙", "Skirt", ("red", "yellow", "white"), SkirtCut(),
        Look(_of(Fabric(("#b23a34", "#f4e9dc", "#e9b44c", "#2f4d3b"), "floral", scale_cm=20.0))),
    ),
    GalleryGarment(
        "skirt-tartan", "Pleated tartan skirt", "格纹百褶裙", "Skirt", ("green", "navy"),
        SkirtCut(waist_half=18.0, hip_half=22.0, hem_half=31.0, length=46.0, pleats=14, sag=1.8),
        Look(_of(Fabric(("#2a5446", "#1f2f4d", "#d8b64a", "#b8413a"), "checks", scale_cm=9.0))),
    ),
    GalleryGarment(
        "skirt-denim", "Buttoned denim skirt", "排扣牛仔半裙", "Skirt", ("blue",),
        SkirtCut(hem_half=27.0, length=52.0, front_buttons=True, patch_pockets=True, waves=0.25, wave_count=4, sag=1.6),
        Look(_denim("#48668f", "#cf9a52", 0.45)),
    ),
)  # fmt: skip

DRESSES = (
    GalleryGarment(
        "dress-dots", "Navy dotted tea dress", "藏青波点茶歇裙", "Dress", ("navy", "white"), TEA_DRESS,
        Look(_of(Fabric(("#263f6b", "#f3efe4"), "dots", scale_cm=3.6))),
    ),
    GalleryGarment(
        "dress-red", "Red sleeveless dress", "红色无袖连衣裙", "Dress", ("red",),
        replace(TEA_DRESS, sleeve="none", neck="scoop", neck_depth=10.0, shoulder_half=16.5, length=92.0, hem_half=31.0),
        Look(_of(Fabric(("#b8232f",), sheen=0.15))),
    ),
    GalleryGarment(
        "dress-meadow", "Long meadow-print dress", "草地印花长裙", "Dress", ("green", "cream"),
        replace(TEA_DRESS, sleeve="none", neck="strap", neck_half=8.5, shoulder_half=11.5, neck_depth=15.0, armpit_y=19.0, waist_seam_y=36.0, length=128.0, hem_half=37.0, hem_sag=2.5),
        Look(_of(Fabric(("#5d7f6a", "#f4ead2", "#f2c66d", "#2e4d3f"), "floral", scale_cm=19.0, seed=5))),
    ),
    GalleryGarment(
        "dress-gingham", "Gingham summer dress", "格纹夏日连衣裙", "Dress", ("light blue", "white"),
        replace(TEA_DRESS, neck="scoop", neck_depth=11.0, sleeve_length=13.0, length=90.0, hem_half=35.0),
        Look(_of(Fabric(("#f7f7f5", "#6c97c9"), "gingham", scale_cm=2.8))), GREY_GROUND,
    ),
    GalleryGarment(
        "dress-knit", "Long-sleeved knit dress", "长袖针织连衣裙", "Dress", ("camel",),
        replace(SWEATER, dress=True, neck="crew", chest_half=22.5, waist_half=20.5, hem_half=25.5, shoulder_half=19.5, armpit_y=21.0, length=92.0, hem_rib=0.0, hem_sag=1.5, sleeve_length=58.0, neck_half=8.5),
        Look(_of(Fabric(("#b58a5c",), weave="knit")), softness=1.3),
    ),
)  # fmt: skip

GARMENTS = UPPERS + LOWERS + DRESSES
