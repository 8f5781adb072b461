"""The page's colours and files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tryon.ui.look import DARK, LIGHT, head, style_sheet

# What is read, on the grounds that it lies on: WCAG AA wants 4.5 to 1. What must be seen: 3 to 1.
READ = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink", "track"),
    ("ink", "raised"),
    ("ink", "soft"),
    ("muted", "paper"),
    ("muted", "surface"),
    ("muted", "track"),
    ("muted", "soft"),
    ("on", "accent"),
    ("paper", "ink"),
]
SEEN = [("accent", "paper"), ("accent", "surface"), ("edge", "paper"), ("edge", "surface")]


def lightness(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((lightness(one), lightness(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_has_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_words_can_be_read_and_controls_seen(colours: dict[str, str]) -> None:
    poor = {pair: contrast(*(colours[name] for name in pair)) for pair in READ}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}
    poor = {pair: contrast(*(colours[name] for name in pair)) for pair in SEEN}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 3} == {}


def test_every_colour_that_is_used_is_there() -> None:
    assert LIGHT.keys() == DARK.keys()
    used = set(re.findall(r"var\(--([a-z]+)\)", style_sheet()))
    # sizes, places and swatches are set by the element they belong to
    set_elsewhere = {"font", "w", "h", "p", "swatch", *re.findall(r"--([a-z]+):", style_sheet())}
    assert used <= LIGHT.keys() | set_elsewhere


def test_nothing_is_fetched_from_elsewhere() -> None:
    for text in (style_sheet(), head()):
        assert not re.search(
            r"(?:https?:)?//(?!\s)[a-z0-9.-]+\.[a-z]{2,}/", re.sub(r"http://www\.w3\.org/\S+", "", text)
        )
        assert "@import" not in text


def test_every_part_of_the_look_and_of_the_script_is_sent(root: Path) -> None:
    for text, folder, ending in ((style_sheet(), "styles", "css"), (head(), "scripts", "js")):
        files = sorted((root / "tryon/ui" / folder).glob(f"*.{ending}"))
        assert files
        assert all(file.read_text("utf-8") in text for file in files)
    assert head().index("window.tryonWords") < head().index("window.tryonPage =") < head().index("tryonPage.picker =")


def test_motion_is_short_and_ends_where_less_is_asked_for() -> None:
    lasting = [float(value) for value in re.findall(r"transition:[^;]*?(\d*\.\d+)s", style_sheet())]
    assert lasting
    assert max(lasting) <= 0.2
    assert "prefers-reduced-motion: reduce" in style_sheet()
