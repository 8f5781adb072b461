"""A model of the visitor's build: chosen from a grid of people drawn ahead, so that it is there at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tryon.errors import BadRequestError
from tryon.ui.elements import el, t
from tryon.ui.gallery import Gallery, ModelItem
from tryon.ui.texts import Texts

SEXES = ("female", "male")
HEIGHT_CM = (145, 168, 205)  # least, first, most that can be asked for
WEIGHT_KG = (38, 65, 150)
STEP_CM = 10.0  # heights of the grid are as far apart; a figure two steps off looks like somebody else
STEP_INDEX = 4.5  # the same for the body mass index, which is what one sees of a weight
TONE_CLASSES = {"dark": "deep"}  # Gradio takes any ".dark" of a style sheet for its dark mode
OTHER_SKIN = 8.0  # a wrong tone is worse than any figure, but better than no model


@dataclass(frozen=True)
class BuildWish:
    """What a visitor asks for."""

    sex: str
    height_cm: float
    weight_kg: float
    skin: str

    @classmethod
    def read(cls, text: str) -> BuildWish:
        """A wish as the browser sends it: ``female 168 65 tan``.

        Raises:
            BadRequestError: it is not one, or nobody has this height or weight.
        """
        words = text.split()
        try:
            sex, height, weight, skin = words[0], float(words[1]), float(words[2]), words[3]
        except (IndexError, ValueError):
            raise BadRequestError("A build is a sex, a height in cm, a weight in kg and a skin tone.") from None
        if sex not in SEXES or not (100 <= height <= 250 and 25 <= weight <= 300):
            raise BadRequestError("No model has this height and weight. Choose others.")
        return cls(sex, height, weight, skin)


def nearest_build(gallery: Gallery, sex: str, height_cm: float, weight_kg: float, skin: str) -> ModelItem:
    """The drawn person who looks most like somebody of this height and weight.

    Args:
        gallery: with its grid of builds. sex: female or male; never exchanged for the other.
        height_cm, weight_kg: compared as height and body mass index. skin: exchanged only where the grid lacks it.

    Raises:
        BadRequestError: the gallery has no build of this sex.
    """

    def gap(item: ModelItem) -> float:
        index, own = (kg / (cm / 100) ** 2 for kg, cm in ((weight_kg, height_cm), (item.weight_kg, item.height_cm)))
        figure = math.hypot((item.height_cm - height_cm) / STEP_CM, (own - index) / STEP_INDEX)
        return figure + OTHER_SKIN * (item.skin != skin)

    found = [item for item in gallery.builds.values() if item.sex == sex and item.height_cm > 0 and item.weight_kg > 0]
    if not found:
        raise BadRequestError("There is no model of this build. Choose one of the models above.")
    return min(found, key=gap)


def build_panel(texts: Texts, gallery: Gallery) -> str:
    """The panel as HTML: sex, height, weight, tone; empty where the gallery has no grid."""
    if not gallery.builds:
        return ""
    there = list(gallery.builds.values())
    sexes = [sex for sex in SEXES if any(item.sex == sex for item in there)]
    skins = [tone for tone in texts.build.skins if any(item.skin == tone for item in there)]
    first_skin = skins[len(skins) // 2] if skins else ""
    parts = [
        t(texts, "build.hint", "p", class_="hint"),
        _choice(texts, "sex", "sexes", sexes, sexes[0]),
        _slider(texts, "height", "cm", HEIGHT_CM),
        _slider(texts, "weight", "kg", WEIGHT_KG),
        _choice(texts, "skin", "skins", skins, first_skin),
        el("p", class_="closest", role="status"),
    ]
    summary = el("summary", t(texts, "build.title"))
    figures = " ".join(f"{item.id}:{item.height_cm}:{item.weight_kg}" for item in there)
    return el("details", summary, *parts, class_="build", data_figures=figures)


def _choice(texts: Texts, name: str, words: str, values: list[str], first: str) -> str:
    """A row of radio buttons; the tones are shown as such, with their words for those who do not see them."""
    legend = t(texts, f"build.{name}", "legend")
    options = (
        el(
            "label",
            el("input", type="radio", name_=f"build-{name}", value=value, checked=value == first),
            t(texts, f"build.{words}.{value}"),
            class_=f"{name} tone-{TONE_CLASSES.get(value, value)}",
        )
        for value in values
    )
    return el("fieldset", legend, el("div", *options, class_="options"), class_=f"row {name}")


def _slider(texts: Texts, name: str, unit: str, span: tuple[int, int, int]) -> str:
    least, first, most = span
    told = getattr(texts.build, unit).format(value=first)
    return el(
        "label",
        t(texts, f"build.{name}"),
        el("input", type="range", name_=name, min=least, max=most, step=1, value=first, aria_valuetext=told),
        el("output", told, data_unit=unit),
        class_="row",
    )
