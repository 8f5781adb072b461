"""The words of searching and filtering the gallery."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GalleryTexts:
    """Fields with braces are formatted with the named values."""

    search: str
    search_hint: str
    filters: str
    categories: dict[str, str]
    colours_label: str
    colours: dict[str, str]
    sleeves_label: str
    sleeves: dict[str, str]
    found: str
    found_one: str
    nothing: str
    clear: str


ENGLISH = GalleryTexts(
    search="Search the gallery",
    search_hint="Name, colour, kind…",
    filters="Filters",
    categories={"all": "All", "upper": "Tops", "lower": "Bottoms", "dress": "Dresses"},
    colours_label="Colour",
    colours={
        "white": "White and cream",
        "grey": "Grey",
        "black": "Black",
        "beige": "Beige",
        "brown": "Brown",
        "yellow": "Yellow",
        "orange": "Orange",
        "red": "Red",
        "pink": "Pink",
        "purple": "Purple",
        "blue": "Blue",
        "green": "Green",
    },
    sleeves_label="Sleeves",
    sleeves={"none": "None", "short": "Short", "three_quarter": "¾ length", "long": "Long"},
    found="{count} garments",
    found_one="1 garment",
    nothing="Nothing in the gallery is like that.",
    clear="Clear",
)

CHINESE = GalleryTexts(
    search="搜索衣橱",
    search_hint="名称、颜色、款式…",
    filters="筛选",
    categories={"all": "全部", "upper": "上装", "lower": "下装", "dress": "连衣裙"},
    colours_label="颜色",
    colours={
        "white": "白色与米色",
        "grey": "灰色",
        "black": "黑色",
        "beige": "卡其色",
        "brown": "棕色",
        "yellow": "黄色",
        "orange": "橙色",
        "red": "红色",
        "pink": "粉色",
        "purple": "紫色",
        "blue": "蓝色",
        "green": "绿色",
    },
    sleeves_label="袖长",
    sleeves={"none": "无袖", "short": "短袖", "three_quarter": "七分袖", "long": "长袖"},
    found="共 {count} 件",
    found_one="共 1 件",
    nothing="衣橱里没有这样的衣服。",
    clear="清除",
)
