"""The library's sentences in the visitor's language."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from PIL import Image

from tryon.errors import PictureTooSmallError
from tryon.images import load_picture
from tryon.ui.languages import CHINESE, ENGLISH
from tryon.ui.sentences import CHINESE_SENTENCES, in_language, told


def test_english_stays_english() -> None:
    assert in_language("en", "Anything. At all.") == "Anything. At all."


def test_a_sentence_without_an_entry_is_shown_as_it_is() -> None:
    assert in_language("zh", "A new sentence of the library.") == "A new sentence of the library."


def test_what_a_sentence_names_is_kept() -> None:
    with pytest.raises(PictureTooSmallError) as caught:
        load_picture(Image.new("RGB", (20, 30)), what="photo")
    assert in_language("zh", str(caught.value)) == "图片只有 20×30 像素。请使用每边至少 128 像素的图片。"
    assert in_language("zh", ENGLISH.not_in_gallery.format(id="hat")) == CHINESE.not_in_gallery.format(id="hat")


def test_every_translation_names_only_what_the_english_names() -> None:
    for english, chinese in CHINESE_SENTENCES.items():
        fields = [{name for _, name, _, _ in Formatter().parse(each) if name} for each in (english, chinese)]
        assert fields[1] <= fields[0]
        assert re.search("[\u4e00-\u9fff]", chinese)


def test_several_sentences() -> None:
    first, second = list(CHINESE_SENTENCES)[:2]
    assert told("en", (first, second)) == f"{first} {second}"
    assert told("zh", (first, second)) == CHINESE_SENTENCES[first] + CHINESE_SENTENCES[second]


def test_the_librarys_warnings_and_refusals_have_a_translation(root: Path) -> None:
    from tryon.garment import analyzer as garments
    from tryon.garment import worn
    from tryon.person import analyzer as people
    from tryon.person import edit_plan, layout_rules
    from tryon.ui import mending, painted

    modules = (people, garments, worn, edit_plan, layout_rules, mending, painted)
    said = {
        value
        for module in modules
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and value.endswith(".")
    }
    # those that are written where they are raised, as constants of the code
    for module in modules:
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        calls = [
            node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "append"
        ]
        said |= {a.value for c in calls for a in c.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    said = {sentence for sentence in said if re.match(r"[A-Z].*\.$", sentence)}
    assert len(said) > 20
    missing = [sentence for sentence in said if in_language("zh", sentence) == sentence]
    assert missing == []
