"""The words of "a model of my build"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BuildTexts:
    """Words of the panel in one language."""

    title: str
    hint: str
    sex: str
    sexes: dict[str, str]
    height: str
    weight: str
    cm: str
    kg: str
    skin: str
    skins: dict[str, str]
    closest: str
    dressing: str


BUILD_ENGLISH = BuildTexts(
    title="A model of my build",
    hint="Set your height and weight: the drawn model that comes closest wears the garment. Nothing of this is kept.",
    sex="Figure",
    sexes={"female": "Woman", "male": "Man"},
    height="Height",
    weight="Weight",
    cm="{value} cm",
    kg="{value} kg",
    skin="Skin",
    skins={"light": "light", "tan": "medium", "dark": "dark"},
    closest="Closest model: {height} cm, {weight} kg",
    dressing="Looking for a model of your build",
)

BUILD_CHINESE = BuildTexts(
    title="和我身材相近的模特",
    hint="选好身高和体重，最接近的模特会替你试穿。这些信息不会被保存。",
    sex="体型",
    sexes={"female": "女", "male": "男"},
    height="身高",
    weight="体重",
    cm="{value} 厘米",
    kg="{value} 公斤",
    skin="肤色",
    skins={"light": "浅", "tan": "中等", "dark": "深"},
    closest="最接近的模特：{height} 厘米，{weight} 公斤",
    dressing="正在寻找和你身材相近的模特",
)
