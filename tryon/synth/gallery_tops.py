"""The gallery's tops."""

# ruff: noqa: E501 - a table: one garment reads better on few long lines

from __future__ import annotations

from dataclasses import replace

from tryon.synth.fabrics import Fabric
from tryon.synth.flat import Look, Print
from tryon.synth.gallery_cuts import (
    BLOUSE,
    DARK_BUTTON,
    GREY_GROUND,
    HOODIE,
    LONG_SLEEVE,
    MENS_TEE,
    PEARL,
    POLO,
    SHIRT,
    SLEEVELESS,
    SWEATER,
    TANK,
    WHITE_GROUND,
    WOMENS_TEE,
    GalleryGarment,
    jersey,
    of_cloth,
)

UPPERS = (
    GalleryGarment(
        "tee-ridge", "White T-shirt with mountain print", "白色山峦印花T恤", "T-Shirt", ("white", "orange"), MENS_TEE,
        Look(jersey("#f3f2ef"), (Print("sunset", ("#e2653b", "#f3b64c", "#2d4a57", "#ffffff"), y=27.0),)), GREY_GROUND,
    ),
    GalleryGarment(
        "tee-charcoal", "Charcoal T-shirt", "炭灰色T恤", "T-Shirt", ("grey",), replace(MENS_TEE, length=71.0),
        Look(jersey("#3b3d42")),
    ),
    GalleryGarment(
        "tee-wave", "Sage T-shirt with wave print", "鼠尾草绿海浪T恤", "T-Shirt", ("green", "blue"), replace(MENS_TEE, chest_half=27.0, waist_half=26.5, hem_half=27.0, shoulder_half=24.0),
        Look(jersey("#a9bba2"), (Print("wave", ("#28506b", "#f2efe4", "#3f7f93"), y=28.0, width_cm=25.0),)),
    ),
    GalleryGarment(
        "tee-breton", "Striped T-shirt", "蓝白条纹T恤", "T-Shirt", ("white", "navy"), WOMENS_TEE,
        Look(of_cloth(Fabric(("#f2f0ea", "#243a63"), "stripes", scale_cm=2.6))), GREY_GROUND,
    ),
    GalleryGarment(
        "tee-coral", "Coral V-neck T-shirt", "珊瑚色V领T恤", "T-Shirt", ("orange",), replace(WOMENS_TEE, neck="v", neck_depth=14.0, rib=1.1),
        Look(jersey("#e5735f")),
    ),
    GalleryGarment(
        "tee-bloom", "Black T-shirt with flower print", "黑色花卉印花T恤", "T-Shirt", ("black", "pink"), replace(WOMENS_TEE, chest_half=23.5, waist_half=22.5, hem_half=24.0),
        Look(jersey("#26262a"), (Print("bloom", ("#e79bb0", "#6f9a7c", "#f6d4dd", "#f2c14e"), y=27.0, width_cm=22.0),)),
    ),
    GalleryGarment(
        "long-breton", "Long-sleeved striped top", "海魂衫长袖", "Longsleeve", ("beige", "blue"),
        replace(LONG_SLEEVE, neck="boat", neck_half=11.5, neck_depth=4.5, rib=1.0, shoulder_half=20.5, chest_half=23.0, waist_half=22.0, hem_half=23.5, length=63.0, cuff_rib=0.0, sleeve_length=57.0, armpit_y=21.5),
        Look(of_cloth(Fabric(("#f0eadb", "#2f5d9b"), "stripes", scale_cm=3.4))), GREY_GROUND,
    ),
    GalleryGarment(
        "long-burgundy", "Burgundy long-sleeved T-shirt", "酒红长袖T恤", "Longsleeve", ("red",), LONG_SLEEVE,
        Look(jersey("#7a2536")),
    ),
    GalleryGarment(
        "sweater-cable", "Cream cable-knit sweater", "米色绞花毛衣", "Longsleeve", ("beige",), SWEATER,
        Look(of_cloth(Fabric(("#e6dcc6",), weave="cable")), softness=1.4, crumple_cm=0.12), GREY_GROUND,
    ),
    GalleryGarment(
        "turtleneck-mustard", "Mustard turtleneck", "芥末黄高领毛衣", "Longsleeve", ("yellow",),
        replace(SWEATER, neck="turtle", neck_half=8.0, neck_depth=3.0, chest_half=25.0, waist_half=24.0, hem_half=24.0, shoulder_half=21.5, armpit_y=23.0),
        Look(of_cloth(Fabric(("#c9972f",), weave="knit")), softness=1.3),
    ),
    GalleryGarment(
        "shirt-pinstripe", "Blue pinstriped shirt", "蓝色细条纹衬衫", "Shirt", ("blue", "white"), SHIRT,
        Look(of_cloth(Fabric(("#b9d0ea", "#f7f9fc"), "pinstripes", scale_cm=1.1), button=PEARL)),
    ),
    GalleryGarment(
        "shirt-flannel", "Red checked flannel shirt", "红格法兰绒衬衫", "Shirt", ("red", "black"), SHIRT,
        Look(of_cloth(Fabric(("#a8322d", "#2a2527", "#e8dcc8"), "checks", "fleece", scale_cm=8.0), button=DARK_BUTTON)),
    ),
    GalleryGarment(
        "polo-green", "Bottle-green polo shirt", "墨绿Polo衫", "Polo", ("green",), POLO,
        Look(jersey("#1f5a45", button=PEARL), (Print("badge", ("#e9e3cf",), x=10.5, y=20.5, width_cm=3.4),)),
    ),
    GalleryGarment(
        "polo-navy", "Navy polo with white stripes", "藏青条纹Polo衫", "Polo", ("navy", "white"), POLO,
        Look(of_cloth(Fabric(("#22304f", "#e9e9e6"), "pinstripes", scale_cm=30.0), button=PEARL) | {"shell": Fabric(("#e9e9e6", "#22304f"), "stripes", scale_cm=5.0)}),
    ),
    GalleryGarment(
        "hoodie-college", "Grey college hoodie", "灰色学院风连帽衫", "Hoodie", ("grey", "navy"), HOODIE,
        Look(
            of_cloth(Fabric(("#b4b7bb", "#8e9297"), "melange", "fleece"), cord=Fabric(("#f1f0ec",)), lining=Fabric(("#9fa2a6",))),
            (Print("college", ("#27395e", "#27395e"), y=31.0, width_cm=30.0),), softness=1.35,
        ),
    ),
    GalleryGarment(
        "sweatshirt-lilac", "Lilac sweatshirt", "丁香紫卫衣", "Hoodie", ("purple",), replace(SWEATER, raglan=True),
        Look(of_cloth(Fabric(("#b9a5d0",), weave="fleece")), softness=1.3),
    ),
    GalleryGarment(
        "tank-olive", "Olive ribbed tank top", "橄榄绿罗纹背心", "Top", ("green",), TANK,
        Look(of_cloth(Fabric(("#6f7446",), weave="rib"))),
    ),
    GalleryGarment(
        "top-floral", "Sleeveless floral top", "无袖碎花上衣", "Top", ("white", "pink", "green"), SLEEVELESS,
        Look(of_cloth(Fabric(("#f7f1ec", "#d9647c", "#ef9aa6", "#5f8b6b"), "floral", "satin", 17.0, seed=3)), crumple_cm=0.13), GREY_GROUND,
    ),
    GalleryGarment(
        "tee-white", "White T-shirt", "白色T恤", "T-Shirt", ("white",), replace(WOMENS_TEE, chest_half=23.0, waist_half=21.5, hem_half=23.0),
        Look(jersey("#f4f3f0")), GREY_GROUND,
    ),
    GalleryGarment(
        "tee-rugby", "Green striped T-shirt", "绿条纹T恤", "T-Shirt", ("green", "white"), MENS_TEE,
        Look(of_cloth(Fabric(("#efece2", "#2f6b52"), "stripes", scale_cm=7.5))), WHITE_GROUND,
    ),
    GalleryGarment(
        "shirt-white", "White Oxford shirt", "白色牛津衬衫", "Shirt", ("white",), SHIRT,
        Look(of_cloth(Fabric(("#f3f3f1",), weave="linen"), button=PEARL), crumple_cm=0.13), GREY_GROUND,
    ),
    GalleryGarment(
        "shirt-chambray", "Chambray shirt", "青年布衬衫", "Shirt", ("blue",), replace(SHIRT, chest_half=26.0, waist_half=25.0, hem_half=25.5),
        Look(of_cloth(Fabric(("#6c8bb0",), weave="denim"), button=PEARL), crumple_cm=0.13),
    ),
    GalleryGarment(
        "shirt-linen", "Sand linen shirt, short-sleeved", "沙色亚麻短袖衬衫", "Shirt", ("beige",),
        replace(SHIRT, sleeve="short", sleeve_length=22.0, sleeve_deg=40.0, cuff_width=17.5, cuff_rib=0.0, hem_sag=0.8, length=71.0, placket=58.0),
        Look(of_cloth(Fabric(("#cdb892",), weave="linen"), button=DARK_BUTTON), crumple_cm=0.14),
    ),
    GalleryGarment(
        "shirt-gingham", "Blue gingham shirt, short-sleeved", "蓝格短袖衬衫", "Shirt", ("blue", "white"),
        replace(SHIRT, sleeve="short", sleeve_length=22.0, sleeve_deg=40.0, cuff_width=17.5, cuff_rib=0.0, hem_sag=0.8, length=71.0, placket=58.0, chest_pocket=False),
        Look(of_cloth(Fabric(("#f3f5f7", "#4f77ae"), "gingham", scale_cm=1.9), button=PEARL)),
    ),
    GalleryGarment(
        "blouse-ivory", "Ivory satin blouse", "象牙白缎面衬衫", "Blouse", ("white", "beige"), BLOUSE,
        Look(of_cloth(Fabric(("#efe7d8",), weave="satin", sheen=0.3), button=PEARL), crumple_cm=0.14, folds=1.5), GREY_GROUND,
    ),
    GalleryGarment(
        "blouse-rose", "Rose V-neck blouse", "玫瑰粉V领上衣", "Blouse", ("pink",),
        replace(WOMENS_TEE, neck="v", neck_depth=13.0, rib=0.0, sleeve="three_quarter", sleeve_length=42.0, sleeve_deg=62.0, cuff_width=13.5, chest_half=23.5, waist_half=22.5, hem_half=25.0, length=64.0),
        Look(of_cloth(Fabric(("#d99aa6",), weave="satin", sheen=0.22)), crumple_cm=0.14, folds=1.5),
    ),
    GalleryGarment(
        "sweater-navy", "Navy crew-neck sweater", "藏青圆领毛衣", "Longsleeve", ("navy",), SWEATER,
        Look(of_cloth(Fabric(("#25314f",), weave="knit")), softness=1.4),
    ),
    GalleryGarment(
        "sweater-zigzag", "Rust sweater with zigzags", "砖红锯齿纹毛衣", "Longsleeve", ("orange", "beige"), replace(SWEATER, length=64.0),
        Look(of_cloth(Fabric(("#a9512f", "#ecdcc0"), "zigzag", "knit", scale_cm=5.5)), softness=1.4),
    ),
    GalleryGarment(
        "hoodie-black", "Black hoodie", "黑色连帽衫", "Hoodie", ("black",), HOODIE,
        Look(of_cloth(Fabric(("#29292d",), weave="fleece"), cord=Fabric(("#cfcfcf",)), lining=Fabric(("#1f1f22",))), softness=1.35),
    ),
)  # fmt: skip
