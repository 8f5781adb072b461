"""The library's sentences in the visitor's language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

import numpy as np
import pytest
from PIL import Image

from tryon.errors import BadRequestError, PictureTooSmallError
from tryon.images import load_picture
from tryon.outfit import dressing_order
from tryon.types import Garment
from tryon.ui.languages import CHINESE, ENGLISH
from tryon.ui.sentences import CHINESE_SENTENCES, in_language, told
from tryon.ui.sentences_rare import RARE_SENTENCES


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
    for english, chinese in (CHINESE_SENTENCES | RARE_SENTENCES).items():
        fields = [{name for _, name, _, _ in Formatter().parse(each) if name} for each in (english, chinese)]
        assert fields[1] <= fields[0]
        assert re.search("[\u4e00-\u9fff]", chinese)


def test_several_sentences() -> None:
    first, second = list(CHINESE_SENTENCES)[:2]
    assert told("en", (first, second)) == f"{first} {second}"
    assert told("zh", (first, second)) == CHINESE_SENTENCES[first] + CHINESE_SENTENCES[second]


def page_modules(root: Path) -> dict[Path, ast.Module]:
    """All modules that the page imports, also within functions, and what those import; read, not run."""
    read: dict[Path, ast.Module] = {}
    names = ["app"]
    while names:
        path = root.joinpath(*names.pop().split("."))
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file() and file not in read:
                read[file] = tree = ast.parse(file.read_text("utf-8"))
                for node in ast.walk(tree):
                    if isinstance(node, ast.Import):
                        names += [each.name for each in node.names]
                    elif isinstance(node, ast.ImportFrom) and node.module:
                        names += [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
    return read


def error_names(trees: Iterable[ast.Module]) -> set[str]:
    """``TryOnError`` and every class that comes of it."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    names: set[str] = {"TryOnError"}
    while True:
        more = {each.name for each in classes if names & {ast.unparse(base).split(".")[-1] for base in each.bases}}
        if more <= names:
            return names
        names |= more


def spoken(node: ast.AST) -> str | None:
    """A text as it may be shown, something put into each {field}; None for what is no text."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{\w+\}", "7", node.value)
    return None


def sentences_of(tree: ast.Module, errors: set[str]) -> Iterator[str]:
    """What an error is raised with, and whatever else is written as a sentence: a capital, several words, a full stop.

    Not documentation, what only a log is told, and what a file says of itself.
    """
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            silent.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            silent |= {id(part) for part in node.values}
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
            silent |= {id(each) for each in node.args}
        elif isinstance(node, (ast.keyword, ast.Assign)):
            name = node.arg if isinstance(node, ast.keyword) else ast.unparse(node.targets[0])
            if name and name.lower() == "description":
                silent.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in errors and node.args:
            words = spoken(node.args[0])
            if words:
                yield words
        words = None if id(node) in silent else spoken(node)
        if words and re.fullmatch(r"[A-Z7].*\s.*\.", words, re.S):
            yield words


def test_every_sentence_that_can_be_shown_has_a_translation(root: Path) -> None:
    modules = page_modules(root)
    assert {"pipeline.py", "outfit.py", "live.py", "style.py", "book.py", "rest.py"} <= {each.name for each in modules}
    errors = error_names(modules.values())
    assert {"NoPersonError", "GarmentNotFoundError", "StreamBusyError"} <= errors
    said = {
        (path.relative_to(root).as_posix(), words)
        for path, tree in modules.items()
        if "text" not in path.stem  # these hold both languages, or what programs are told of the addresses
        for words in sentences_of(tree, errors)
    }
    assert len(said) > 150
    missing = sorted(each for each in said if in_language("zh", each[1]) == each[1])
    assert missing == []


def test_a_new_sentence_would_be_missed() -> None:
    code = """def f(x):
    'Docs. Here.'
    log.info('Told to the log.')
    warnings.append(f'You wear {x} hats.')
    raise HatError(f'{x} is odd')
class HatError(errors.TryOnError): pass"""
    tree = ast.parse(code)
    assert set(sentences_of(tree, error_names([tree]))) == {"You wear 7 hats.", "7 is odd"}


def test_a_reason_within_a_sentence_is_translated() -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    trousers = Garment(image, np.ones((4, 4), np.float32), "lower", {"lower": 1.0}, "Pants", {}, {})
    with pytest.raises(BadRequestError) as caught:
        dressing_order([trousers, trousers])
    said = in_language("zh", str(caught.value))
    assert in_language("zh", "An outfit has one lower garment or one dress.") in said
    assert not re.search("[a-z]{4}", said)
