"""The words of the studio's frame, in both languages; each panel's own words are in a file of its own."""

from __future__ import annotations

from dataclasses import dataclass

from tryon.ui.texts_studio_design import DESIGN_CHINESE, DESIGN_ENGLISH, DesignTexts
from tryon.ui.texts_studio_lookbook import LOOKBOOK_CHINESE, LOOKBOOK_ENGLISH, LookbookTexts
from tryon.ui.texts_studio_style import STYLE_CHINESE, STYLE_ENGLISH, StyleTexts
from tryon.ui.texts_studio_taste import TASTE_CHINESE, TASTE_ENGLISH, TasteTexts


@dataclass(frozen=True)
class StudioTexts:
    """What the studio says. tabs: by the panels' keys. created: over a visitor's row of garments made here."""

    tabs_label: str
    tabs: dict[str, str]
    created: str
    created_hint: str
    design: DesignTexts
    style: StyleTexts
    taste: TasteTexts
    lookbook: LookbookTexts


STUDIO_ENGLISH = StudioTexts(
    tabs_label="What to do in the studio",
    tabs={"design": "Design", "style": "Style transfer", "taste": "For you", "lookbook": "Lookbook"},
    created="Made by you",
    created_hint="From the studio; gone when you leave.",
    design=DESIGN_ENGLISH,
    style=STYLE_ENGLISH,
    taste=TASTE_ENGLISH,
    lookbook=LOOKBOOK_ENGLISH,
)

STUDIO_CHINESE = StudioTexts(
    tabs_label="在设计室做什么",
    tabs={"design": "设计", "style": "风格迁移", "taste": "为你推荐", "lookbook": "画册"},
    created="你做的衣服",
    created_hint="来自设计室，离开页面后即清除。",
    design=DESIGN_CHINESE,
    style=STYLE_CHINESE,
    taste=TASTE_CHINESE,
    lookbook=LOOKBOOK_CHINESE,
)
