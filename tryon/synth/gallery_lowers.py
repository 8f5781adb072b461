"""The gallery's trousers, shorts, skirts and dresses."""

# ruff: noqa: E501 - a table: one garment reads better on few long lines

from __future__ import annotations

from dataclasses import replace

from tryon.synth.bottoms import SkirtCut, TrouserCut
from tryon.synth.fabrics import Fabric
from tryon.synth.flat import Look
from tryon.synth.gallery_cuts import (
    CHINOS,
    DARK_BUTTON,
    GREY_GROUND,
    JEANS,
    PEARL,
    SHIRT,
    SWEATER,
    TEA_DRESS,
    TROUSERS,
    WIDE,
    WOMENS_TEE,
    GalleryGarment,
    denim_cloth,
    of_cloth,
    plain_cloth,
)

LOWERS = (
    GalleryGarment("jeans-blue", "Blue jeans", "蓝色牛仔裤", "Pants", ("blue",), JEANS, Look(denim_cloth("#2f4a73", "#c98b3f", 0.62))),
    GalleryGarment(
        "jeans-black", "Black slim jeans", "黑色修身牛仔裤", "Pants", ("black",),
        replace(JEANS, waist_half=19.0, hip_half=22.5, leg_out=17.5, leg_width=12.5, rise=25.0),
        Look(denim_cloth("#27282c", "#3a3b40", 0.12)),
    ),
    GalleryGarment("chinos-sand", "Sand chinos", "沙色休闲裤", "Pants", ("beige",), CHINOS, Look(plain_cloth("#c2a97f", button=DARK_BUTTON))),
    GalleryGarment(
        "joggers-grey", "Grey joggers", "灰色运动裤", "Pants", ("grey",),
        TrouserCut(jeans=False, drawstring=True, cuff_rib=6.0, band=5.0, waist_half=20.0, hip_half=26.0, leg_out=19.5, leg_width=14.0, length=101.0),
        Look(of_cloth(Fabric(("#8c9096", "#6d7177"), "melange", "fleece"), cord=Fabric(("#eeeeea",))), softness=1.3),
    ),
    GalleryGarment(
        "shorts-khaki", "Khaki shorts", "卡其短裤", "Shorts", ("beige", "green"),
        TrouserCut(jeans=False, hip_half=27.0, length=52.0, leg_out=28.5, leg_width=26.5),
        Look(plain_cloth("#9a8f6a", button=DARK_BUTTON)),
    ),
    GalleryGarment(
        "shorts-denim", "Denim shorts", "牛仔短裤", "Shorts", ("blue",),
        TrouserCut(waist_half=19.0, hip_half=24.0, rise=26.0, length=39.0, leg_out=26.5, leg_width=25.0, turn_up=3.0),
        Look(denim_cloth("#6f93bd", "#d7a765", 0.5)),
    ),
    GalleryGarment(
        "skirt-poppy", "Red floral A-line skirt", "红色碎花A字裙", "Skirt", ("red", "yellow", "white"), SkirtCut(),
        Look(of_cloth(Fabric(("#b23a34", "#f4e9dc", "#e9b44c", "#2f4d3b"), "floral", scale_cm=20.0))),
    ),
    GalleryGarment(
        "skirt-tartan", "Pleated tartan skirt", "格纹百褶裙", "Skirt", ("green", "navy"),
        SkirtCut(waist_half=18.0, hip_half=22.0, hem_half=31.0, length=46.0, pleats=14, sag=1.8),
        Look(of_cloth(Fabric(("#2a5446", "#1f2f4d", "#d8b64a", "#b8413a"), "checks", scale_cm=9.0))),
    ),
    GalleryGarment(
        "skirt-denim", "Buttoned denim skirt", "排扣牛仔半裙", "Skirt", ("blue",),
        SkirtCut(hem_half=27.0, length=52.0, front_buttons=True, patch_pockets=True, waves=0.25, wave_count=4, sag=1.6),
        Look(denim_cloth("#48668f", "#cf9a52", 0.45)),
    ),
    GalleryGarment(
        "jeans-wide", "Light wide-leg jeans", "浅蓝阔腿牛仔裤", "Pants", ("blue",), replace(JEANS, waist_half=18.5, hip_half=24.0, leg_out=26.0, leg_width=22.5, rise=28.0),
        Look(denim_cloth("#8fabcb", "#d9b27c", 0.35)),
    ),
    GalleryGarment(
        "trousers-black", "Black tapered trousers", "黑色锥形西裤", "Pants", ("black",), TROUSERS, Look(plain_cloth("#2a2a2d", button=DARK_BUTTON)),
    ),
    GalleryGarment(
        "trousers-linen", "Cream wide-leg trousers", "米白阔腿裤", "Pants", ("white", "beige"), WIDE,
        Look(plain_cloth("#e7decb", "linen", button=PEARL), crumple_cm=0.14), GREY_GROUND,
    ),
    GalleryGarment(
        "trousers-check", "Grey checked trousers", "灰色格纹西裤", "Pants", ("grey",), replace(TROUSERS, leg_width=14.5, leg_out=19.0),
        Look(of_cloth(Fabric(("#8d9095", "#7b7e84", "#c9cbce"), "checks", "twill", scale_cm=5.0), button=DARK_BUTTON)),
    ),
    GalleryGarment(
        "shorts-navy", "Navy chino shorts", "藏青休闲短裤", "Shorts", ("navy",), TrouserCut(jeans=False, hip_half=25.5, length=47.0, leg_out=26.5, leg_width=24.5),
        Look(plain_cloth("#2c3854", button=PEARL)),
    ),
    GalleryGarment(
        "skirt-satin", "Emerald satin midi skirt", "祖母绿缎面中长裙", "Skirt", ("green",),
        SkirtCut(waist_half=17.5, hip_half=23.0, hem_half=33.0, length=78.0, band=2.5, waves=0.75, wave_count=5),
        Look(plain_cloth("#1f6650", "satin") | {"shell": Fabric(("#1f6650",), weave="satin", sheen=0.3)}),
    ),
    GalleryGarment(
        "skirt-black", "Black mini skirt", "黑色迷你裙", "Skirt", ("black",), SkirtCut(waist_half=18.0, hip_half=22.5, hem_half=25.5, length=42.0, waves=0.25, wave_count=4, sag=1.2),
        Look(plain_cloth("#2a2a2e")),
    ),
    GalleryGarment(
        "skirt-pleated", "Dusty-pink pleated skirt", "灰粉百褶中长裙", "Skirt", ("pink",), SkirtCut(waist_half=17.5, hip_half=22.0, hem_half=33.0, length=72.0, pleats=22, sag=2.0, waves=0.4),
        Look(plain_cloth("#cfa0a4", "satin")),
    ),
)  # fmt: skip


DRESSES = (
    GalleryGarment(
        "dress-dots", "Navy dotted tea dress", "藏青波点茶歇裙", "Dress", ("navy", "white"), TEA_DRESS,
        Look(of_cloth(Fabric(("#263f6b", "#f3efe4"), "dots", scale_cm=3.6))),
    ),
    GalleryGarment(
        "dress-red", "Red sleeveless dress", "红色无袖连衣裙", "Dress", ("red",),
        replace(TEA_DRESS, sleeve="none", neck="scoop", neck_depth=10.0, shoulder_half=16.5, length=92.0, hem_half=31.0),
        Look(of_cloth(Fabric(("#b8232f",), sheen=0.15))),
    ),
    GalleryGarment(
        "dress-meadow", "Long meadow-print dress", "草地印花长裙", "Dress", ("green", "beige"),
        replace(TEA_DRESS, sleeve="none", neck="strap", neck_half=8.5, shoulder_half=11.5, neck_depth=15.0, armpit_y=19.0, waist_seam_y=36.0, length=128.0, hem_half=37.0, hem_sag=2.5),
        Look(of_cloth(Fabric(("#5d7f6a", "#f4ead2", "#f2c66d", "#2e4d3f"), "floral", scale_cm=19.0, seed=5))),
    ),
    GalleryGarment(
        "dress-gingham", "Gingham summer dress", "格纹夏日连衣裙", "Dress", ("blue", "white"),
        replace(TEA_DRESS, neck="scoop", neck_depth=11.0, sleeve_length=13.0, length=90.0, hem_half=35.0),
        Look(of_cloth(Fabric(("#f7f7f5", "#6c97c9"), "gingham", scale_cm=2.8))), GREY_GROUND,
    ),
    GalleryGarment(
        "dress-knit", "Long-sleeved knit dress", "长袖针织连衣裙", "Dress", ("brown",),
        replace(SWEATER, dress=True, neck="crew", chest_half=22.5, waist_half=20.5, hem_half=25.5, shoulder_half=19.5, armpit_y=21.0, length=92.0, hem_rib=0.0, hem_sag=1.5, sleeve_length=58.0, neck_half=8.5),
        Look(of_cloth(Fabric(("#b58a5c",), weave="knit")), softness=1.3),
    ),
    GalleryGarment(
        "dress-black", "Little black dress", "小黑裙", "Dress", ("black",),
        replace(TEA_DRESS, sleeve="none", neck="boat", neck_half=10.5, neck_depth=5.5, shoulder_half=16.5, hem_half=24.0, chest_half=21.0, waist_half=17.5, length=88.0, hem_sag=1.0, waist_seam_y=0.0),
        Look(of_cloth(Fabric(("#27272b",)))),
    ),
    GalleryGarment(
        "dress-slip", "Champagne slip dress", "香槟色吊带长裙", "Dress", ("beige",),
        replace(TEA_DRESS, sleeve="none", neck="strap", neck_half=9.2, shoulder_half=10.6, neck_depth=17.0, armpit_y=20.0, waist_seam_y=0.0, length=118.0, hem_half=31.0, waist_half=18.5, hem_sag=2.0),
        Look(of_cloth(Fabric(("#d8c2a0",), weave="satin", sheen=0.32)), crumple_cm=0.14, folds=1.7), GREY_GROUND,
    ),
    GalleryGarment(
        "dress-shirt", "Blue striped shirt dress", "蓝条纹衬衫裙", "Dress", ("blue", "white"),
        replace(SHIRT, dress=True, chest_pocket=False, placket=90.0, length=104.0, hem_half=29.5, waist_half=23.5, chest_half=25.0, shoulder_half=20.5, hem_sag=-6.0, sleeve_length=57.0),
        Look(of_cloth(Fabric(("#f2f5f8", "#6d93c4"), "pinstripes", scale_cm=1.6), button=PEARL)), GREY_GROUND,
    ),
    GalleryGarment(
        "dress-plum", "Plum wrap-neck midi dress", "梅紫V领中长裙", "Dress", ("purple",),
        replace(TEA_DRESS, sleeve="long", sleeve_length=57.0, sleeve_deg=68.0, cuff_width=11.0, length=112.0, hem_half=34.0, neck_depth=17.0),
        Look(of_cloth(Fabric(("#5b2c55",), weave="satin", sheen=0.15)), folds=1.4),
    ),
    GalleryGarment(
        "dress-breton", "Striped T-shirt dress", "条纹T恤裙", "Dress", ("white", "black"),
        replace(WOMENS_TEE, dress=True, length=88.0, hem_half=26.0, waist_half=21.5, neck="scoop", neck_depth=10.0),
        Look(of_cloth(Fabric(("#f3f1ec", "#2b2b30"), "stripes", scale_cm=3.0))), GREY_GROUND,
    ),
)  # fmt: skip
