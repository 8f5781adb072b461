"""The gallery's open jackets, cardigans and coats, to be worn over other tops."""

# ruff: noqa: E501 - a table: one garment reads better on few long lines

from __future__ import annotations

from dataclasses import replace

from tryon.synth.fabrics import Fabric
from tryon.synth.flat import Look
from tryon.synth.gallery_cuts import (
    BLOUSON,
    DARK_BUTTON,
    HOODIE,
    LABEL,
    PEARL,
    SWEATER,
    TAILORED,
    GalleryGarment,
    denim_cloth,
    of_cloth,
    plain_cloth,
)
from tryon.synth.open_tops import JacketCut

JACKETS = (
    GalleryGarment(
        "jacket-denim", "Denim jacket, open", "敞开牛仔夹克", "Outwear", ("blue",), JacketCut("denim", replace(BLOUSON, hem_rib=4.5)),
        Look(denim_cloth("#44648f", "#c98b3f", 0.35) | {"rib": Fabric(("#44648f",), weave="denim"), "label": LABEL}),
    ),
    GalleryGarment(
        "blazer-navy", "Navy blazer, open", "敞开藏青西装外套", "Blazer", ("navy",), JacketCut("blazer", TAILORED, gap_top=3.2),
        Look(plain_cloth("#2b3550", button=DARK_BUTTON, lining=Fabric(("#5a6378",), weave="satin"), label=LABEL)),
    ),
    GalleryGarment(
        "blazer-check", "Beige checked blazer, open", "敞开米色格纹西装", "Blazer", ("beige", "brown"),
        JacketCut("blazer", replace(TAILORED, chest_half=25.0, waist_half=22.5, hem_half=25.5, shoulder_half=20.5, length=68.0), gap_top=3.2, gap_hem=6.0),
        Look(of_cloth(Fabric(("#cdbb9d", "#bfa985", "#8a7350", "#a06a48"), "checks", "twill", scale_cm=6.0), button=DARK_BUTTON, lining=Fabric(("#8d7a5e",), weave="satin"))),
    ),
    GalleryGarment(
        "cardigan-grey", "Grey cardigan, open", "敞开灰色开衫", "Outwear", ("grey",),
        JacketCut("cardigan", replace(SWEATER, chest_half=26.0, waist_half=25.5, hem_half=25.5, hem_rib=5.0)),
        Look(of_cloth(Fabric(("#9aa0a3", "#7c8286"), "melange", "knit"), button=DARK_BUTTON), softness=1.3),
    ),
    GalleryGarment(
        "cardigan-berry", "Berry cardigan, open", "敞开莓红开衫", "Outwear", ("red",),
        JacketCut("cardigan", replace(SWEATER, chest_half=23.5, waist_half=22.5, hem_half=23.0, shoulder_half=20.5, armpit_y=22.5, hem_rib=5.0, length=60.0), gap_hem=6.0),
        Look(of_cloth(Fabric(("#8e2f4a",), weave="knit"), button=PEARL), softness=1.3),
    ),
    GalleryGarment(
        "bomber-olive", "Olive bomber jacket, open", "敞开橄榄绿飞行夹克", "Outwear", ("green", "orange"), JacketCut("bomber", BLOUSON),
        Look(plain_cloth("#585b3c", "satin", zip=Fabric(("#b9b6a8",)), lining=Fabric(("#c46a2c",), weave="satin"), label=LABEL)),
    ),
    GalleryGarment(
        "hoodie-zip", "Green zipped hoodie, open", "敞开绿色拉链连帽衫", "Hoodie", ("green",),
        JacketCut("zip_hood", replace(HOODIE, kangaroo=False), gap_top=3.5, gap_hem=6.0),
        Look(of_cloth(Fabric(("#23412f",), weave="fleece"), cord=Fabric(("#e9e6dc",)), zip=Fabric(("#c8c8c8",)), lining=Fabric(("#1b3325",))), softness=1.3),
    ),
    GalleryGarment(
        "coat-camel", "Camel coat, open", "敞开驼色大衣", "Outwear", ("brown", "beige"),
        JacketCut("coat", replace(TAILORED, length=100.0, hem_half=31.0, waist_half=26.0, chest_half=27.5, cuff_width=13.5), gap_top=3.4, gap_hem=8.0),
        Look(plain_cloth("#b08d5c", "fleece", button=DARK_BUTTON, lining=Fabric(("#7b6448",), weave="satin"), label=LABEL), softness=1.3),
    ),
)  # fmt: skip
