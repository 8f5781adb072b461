"""The page's languages: all words of each, for the server and for the browser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Literal

from tryon.ui.texts import Texts
from tryon.ui.texts_chinese import CHINESE
from tryon.ui.texts_english import ENGLISH

Language = Literal["en", "zh"]
TEXTS: Mapping[Language, Texts] = {"en": ENGLISH, "zh": CHINESE}
HTML_CODES: Mapping[Language, str] = {"en": "en", "zh": "zh-CN"}  # for the attribute lang: fonts and readers need it


def language_of(code: str | None) -> Language:
    """The language that a browser's code such as "zh-TW" stands for; English where we have no other.

    Args:
        code: what a browser sent; anything at all.
    """
    return "zh" if (code or "").strip().lower().startswith("zh") else "en"


def words_for_browser() -> str:
    """All words of both languages as JSON that may stand inside a script element."""
    words = {language: asdict(texts) for language, texts in TEXTS.items()}
    # "<" would let a word end the script element
    return json.dumps({"words": words, "codes": dict(HTML_CODES)}, ensure_ascii=False).replace("<", "\\u003c")
