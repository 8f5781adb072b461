"""The lookbook's TOML file: what it says, and what is said where it is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tryon.errors import TryOnError
from tryon.images import save_png
from tryon.studio.lookbook.book import Words
from tryon.studio.lookbook.spec import EXAMPLE, Spec, read_spec

LOOK = '[[looks]]\nmodel = "ava"\ngarment = "tee"\n'


def read(tmp_path: Path, text: str) -> Spec:
    file = tmp_path / "spring.toml"
    file.write_text(text, "utf-8")
    return read_spec(file)


def test_the_example_is_read_whole(tmp_path: Path) -> None:
    spec = read(tmp_path, EXAMPLE)
    assert (spec.brand.name, spec.brand.colour) == ("Maison Exemple", (44, 103, 87))
    assert spec.formats == ("png", "pdf", "webp", "zip")
    assert spec.out == tmp_path / "lookbook"
    assert (spec.layout.title, spec.layout.columns, spec.layout.seconds) == ("Spring, at last", 2, 1.6)
    first = spec.wishes[0]
    assert (first.model, first.garments, first.words.price) == ("ava", ("shirt-linen", "jeans-blue"), "€ 49 · € 89")
    combined = spec.wishes[1:]
    assert [(wish.model, wish.garments) for wish in combined] == [
        (model, garments)
        for garments in (("polo-navy",), ("tee-white", "skirt-denim"), ("dress-meadow",))
        for model in ("leo", "nia")
    ]
    assert combined[-1].words == Words("Meadow dress", "€ 79")


def test_paths_are_taken_from_the_files_folder(tmp_path: Path) -> None:
    save_png(np.full((24, 90, 3), 90, np.uint8), tmp_path / "art/logo.png")
    spec = read(tmp_path, f'[brand]\nlogo = "art/logo.png"\n{LOOK}')
    assert spec.brand.logo_u8 is not None
    assert spec.brand.logo_u8.shape == (24, 90, 4)
    assert spec.find("me.jpg") == tmp_path / "me.jpg"
    assert spec.out == tmp_path / "spring-pages"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no looks.*[[looks]]"),
        ("a = ", "no TOML file"),
        (f"colour = 1\n{LOOK}", "colour is not known here. Use title"),
        (f'[brand]\ncolor = "#fff"\n{LOOK}', "brand.color is not known here. Use name, colour"),
        (f'[brand]\ncolour = "greenish"\n{LOOK}', "brand.colour is 'greenish'.*#2c6757"),
        (f"[brand]\nname = 3\n{LOOK}", 'brand.name is a number. Write it as text: name = "3"'),
        (f'[brand]\nlogo = "tiny.png"\n{LOOK}', "logo has 40x12 pixels. Use one with at least 16"),
        (f'[brand]\nlogo = "none.png"\n{LOOK}', "logo .*none.png' was not found"),
        (f"title = [1]\n{LOOK}", "title is a list"),
        (f'title = "{"x" * 81}"\n{LOOK}', "title has 81 characters. Use at most 80"),
        (f'brand = "M"\n{LOOK}', "brand is a text. It should be a table: [brand]"),
        (f'[output]\nformats = ["docx"]\n{LOOK}', "output.formats has 'docx'. Use png, pdf"),
        (f"[output]\nformats = []\n{LOOK}", "output.formats is empty"),
        (f'[output]\npage = "a5"\n{LOOK}', "output.page is 'a5'. Use one of a4"),
        (f"[output]\ncolumns = 9\n{LOOK}", "output.columns is 9. Use a whole number from 1 to 4"),
        (f"[output]\ncolumns = 1.5\n{LOOK}", "output.columns is 1.5. Use a whole number"),
        (f"[output]\nseconds = true\n{LOOK}", "output.seconds is True. Use a number from 0.4 to 10"),
        (f"[output]\nseconds = nan\n{LOOK}", "output.seconds is nan"),
        (f'[output]\ncover = "yes"\n{LOOK}', "output.cover is 'yes'. Use true or false"),
        (f'[output]\nlanguage = "fr"\n{LOOK}', "output.language is 'fr'. Use one of en, zh"),
        ("looks = 3", "looks is a number.*[[looks]]"),
        (f'{LOOK}[[looks]]\ngarment = "tee"', "looks[2].model is missing"),
        ('[[looks]]\nmodel = "ava"', "looks[1].garments is missing"),
        (f"{LOOK}price = 49", 'looks[1].price is a number. Write it as text: price = "49"'),
        (f'{LOOK}garments = ["a"]', "looks[1] has both garment and garments"),
        ('[[looks]]\nmodel = "a"\ngarments = ["a", "b", "c", "d"]', "looks[1].garments has 4 garments"),
        ('[[looks]]\nmodel = "a"\ngarments = [1]', "looks[1].garments should be a list of texts"),
        (f'{LOOK}categories = ["hat"]', "looks[1].categories has 'hat'"),
        (f'{LOOK}categories = ["upper", "lower"]', "looks[1].categories should have one entry for each garment"),
        (f"{LOOK}fit = 2", "looks[1].fit is 2. Use a number from -1 to 1"),
        (f'{LOOK}tuck = "half"', "looks[1].tuck is 'half'"),
        ('[combine]\ngarments = ["tee"]', "combine.models is missing"),
        ('[combine]\nmodels = ["ava"]', "combine.garments is missing"),
        ('[combine]\nmodels = ["a"]\ngarments = [{ title = "x" }]', "combine.garments[1].garments is missing"),
        ('[combine]\nmodels = ["a"]\ngarments = [{ model = "x" }]', "combine.garments[1].model is not known"),
        (f"[combine]\nmodels = {['a'] * 8}\ngarments = {['b'] * 8}", "There are 64 looks. Use at most 60"),
    ],
)
def test_errors_name_the_key(tmp_path: Path, text: str, told: str) -> None:
    save_png(np.full((12, 40, 3), 90, np.uint8), tmp_path / "tiny.png")
    with pytest.raises(TryOnError) as caught:
        read(tmp_path, text)
    pattern = ".*".join(re.escape(part) for part in told.split(".*"))
    assert re.search(pattern, str(caught.value)), str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TryOnError, match="cannot be read: No such file"):
        read_spec(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe9"')
    with pytest.raises(TryOnError, match="UTF-8"):
        read_spec(tmp_path / "latin.toml")
