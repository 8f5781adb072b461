"""The privacy page: in both languages, linked beside the upload, and each promise held by tests that exist."""

from __future__ import annotations

import ast
import re
import urllib.request
from pathlib import Path

import pytest

from tryon.ui import markup
from tryon.ui.languages import CHINESE, ENGLISH
from tryon.ui.privacy_routes import privacy_address
from tryon.ui.texts import Texts


@pytest.mark.parametrize(("code", "texts"), [("en", ENGLISH), ("zh", CHINESE)])
def test_it_is_served_and_linked_in_the_visitors_language(served: str, code: str, texts: Texts) -> None:
    address = privacy_address(texts)
    assert f'href="{address}"' in markup.uploader(texts, "who")
    assert address not in markup.uploader(texts, "what")
    with urllib.request.urlopen(served + address) as answer:
        html, policy = answer.read().decode(), answer.headers["Content-Security-Policy"]
    assert "script" not in html
    assert policy.startswith("default-src 'none'")
    for words in (texts.privacy_page.promises, texts.privacy_page.told):
        assert all(word.replace("'", "&#x27;") in html for word in words.values())
    by_browser = urllib.request.Request(served + "tryon/privacy", headers={"Accept-Language": f"{code}-XX,de;q=0.5"})
    assert texts.privacy_page.title in urllib.request.urlopen(by_browser).read().decode()


def test_every_promise_is_held_by_tests_that_exist(root: Path) -> None:
    """SECURITY.md names them in a table: ``| promise | tests/file.py::test_name ... |``."""
    text = (root / "SECURITY.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([a-z]+)` \|.*\| (.+) \|$", text, re.M))
    assert set(rows) == set(ENGLISH.privacy_page.promises) == set(CHINESE.privacy_page.told)
    assert set(ENGLISH.privacy_page.told) == set(CHINESE.privacy_page.promises) == set(rows)
    for promise, cell in rows.items():
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", cell)
        assert named, promise
        for file, test in named:
            tree = ast.parse((root / file).read_text("utf-8"))
            assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, (file, test)
