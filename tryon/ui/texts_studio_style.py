"""The words of the studio's style transfer panel, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StyleTexts:
    """What the panel says. modes: by name. named: field name."""

    title: str
    hint: str
    cut: str
    source: str
    bring: str
    mode: str
    modes: dict[str, str]
    strength: str
    scale: str
    across: str
    down: str
    empty: str
    working: str
    done: str
    kept: str
    failed: str
    wear: str
    keep: str
    download: str
    privacy: str
    named: str
    result: str


STYLE_ENGLISH = StyleTexts(
    title="One garment's style on another",
    hint="Folds, seams and collar stay; the cloth is new.",
    cut="The cut",
    source="Its style from",
    bring="Any picture: a painting, tiles, cloth",
    mode="What is taken",
    modes={"both": "Colours and pattern", "pattern": "Pattern only", "colours": "Colours only"},
    strength="Strength",
    scale="Size of the pattern",
    across="Move sideways",
    down="Move up or down",
    empty="Choose where the style comes from.",
    working="Laying the cloth…",
    done="Done.",
    kept="It is in your gallery now.",
    failed="This did not work. Try again.",
    wear="Wear it",
    keep="Put into the gallery",
    download="Download",
    privacy="Pictures stay in this computer's memory and are gone when you leave.",
    named="{name}, restyled",
    result="The cut in its new cloth",
)

STYLE_CHINESE = StyleTexts(
    title="把一件衣服的风格换到另一件上",
    hint="褶皱、缝线和领子不变，布料焕然一新。",
    cut="版型",
    source="风格来自",
    bring="任意图片：画作、瓷砖、布料",
    mode="取用什么",
    modes={"both": "颜色和图案", "pattern": "只取图案", "colours": "只取颜色"},
    strength="强度",
    scale="图案大小",
    across="左右移动",
    down="上下移动",
    empty="请选择风格来源。",
    working="正在铺布…",
    done="完成。",
    kept="已放入你的衣橱。",
    failed="没有成功，请再试一次。",
    wear="穿上看看",
    keep="放入衣橱",
    download="下载",
    privacy="图片只留在这台电脑的内存中，离开页面后即清除。",
    named="{name}（换装）",
    result="换上新布料的版型",
)
