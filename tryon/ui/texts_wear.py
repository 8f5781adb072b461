"""The words of how garments are worn, of outfits, and of comparing looks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WearTexts:
    """Fields with braces are formatted with the named values."""

    label: str
    fit: str
    snug: str
    loose: str
    fits: dict[str, str]  # by steps of the slider
    tuck: str
    tucks: dict[str, str]
    outfit: str
    slots: dict[str, str]
    empty: dict[str, str]
    take_off: str
    outfit_hint: str
    compare: str
    compare_hint: str
    slide: str
    beside: str
    done: str
    compare_slider: str
    longer: str


ENGLISH = WearTexts(
    label="How it is worn",
    fit="Fit",
    snug="snug",
    loose="loose",
    fits={
        "-2": "very snug",
        "-1": "a little snug",
        "0": "as pictured",
        "1": "a little loose",
        "2": "very loose",
    },
    tuck="Tuck",
    tucks={"auto": "auto", "in": "in", "out": "out"},
    outfit="Your outfit",
    slots={"top": "Top", "bottom": "Bottom", "dress": "Dress", "jacket": "Jacket"},
    empty={
        "top": "No top chosen",
        "bottom": "No bottom chosen",
        "dress": "No dress chosen",
        "jacket": "No jacket chosen",
    },
    take_off="Take off: {what}",
    outfit_hint="Each garment you choose fills its place; the others stay on.",
    compare="Compare",
    compare_hint="Choose any two looks below.",
    slide="One over the other",
    beside="Side by side",
    done="Done",
    compare_slider="Two looks: move to compare",
    longer="Still at it; this takes longer than usual…",
)

CHINESE = WearTexts(
    label="穿着方式",
    fit="松紧",
    snug="修身",
    loose="宽松",
    fits={"-2": "很修身", "-1": "略修身", "0": "与图片一致", "1": "略宽松", "2": "很宽松"},
    tuck="下摆",
    tucks={"auto": "自动", "in": "塞进", "out": "放外"},
    outfit="你的搭配",
    slots={"top": "上装", "bottom": "下装", "dress": "连衣裙", "jacket": "外套"},
    empty={"top": "未选上装", "bottom": "未选下装", "dress": "未选连衣裙", "jacket": "未选外套"},
    take_off="脱下：{what}",
    outfit_hint="选中的衣服会放进对应位置，其余的保持不变。",
    compare="对比",
    compare_hint="在下方任选两个造型。",
    slide="重叠对比",
    beside="并排对比",
    done="完成",
    compare_slider="拖动对比两个造型",
    longer="还在处理，比平时久一点…",
)
