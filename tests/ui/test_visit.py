"""Visits in a real browser: over the drawing pipeline for the page's behaviour, once over the real one."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tryon.images import load_picture, save_png
from tryon.sharing.metadata import SOURCE_TYPE
from tryon.ui.languages import ENGLISH

pytest.importorskip("playwright.sync_api")

SETTLED = "#stage:not(.is-busy) .pic .before"


def settled_source(page: Any, *, other_than: str = "") -> str:
    """Wait until a result other than one is shown, and return its address."""
    page.wait_for_function(
        """old => {
            const picture = document.querySelector("#stage .after");
            return picture && picture.src !== old && picture.complete && !document.querySelector("#stage.is-busy");
        }""",
        arg=other_than,
        timeout=30_000,
    )
    return page.eval_on_selector("#stage .after", "picture => picture.src")


def choose(page: Any, tile: str) -> str:
    """Click a tile and return the address of the new result."""
    before = page.eval_on_selector("#stage .after", "picture => picture.src")
    page.click(tile)
    return settled_source(page, other_than=before)


def download(page: Any, path: Path) -> Path:
    with page.expect_download() as waiting:
        page.click('[data-act="download"]')
    waiting.value.save_as(path)
    assert waiting.value.suggested_filename.endswith(".png")
    return path


def check_visit(page: Any, photo: Path, garments: tuple[str, str], folder: Path) -> None:
    """Upload, click two garments, see two results, move the slider, download."""
    before = settled_source(page)
    page.set_input_files("#photo input[type=file]", photo)
    settled_source(page, other_than=before)
    page.wait_for_selector("#photo img.mine")
    assert "I see" in page.inner_text("#photo .said")

    first = choose(page, f'#garments .tile[data-id="{garments[0]}"]')
    second = choose(page, f'#garments .tile[data-id="{garments[1]}"]')
    assert first != second
    assert page.get_attribute(f'#garments .tile[data-id="{garments[1]}"]', "aria-pressed") == "true"

    box = page.locator("#stage .pic").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.3, steps=4)
    page.mouse.up()
    cut = page.eval_on_selector("#stage .before", "picture => getComputedStyle(picture).clipPath")
    hidden = float(cut.split("%")[0].split()[-1].removeprefix("calc(").strip("("))
    assert 35 < hidden < 45  # the photo covers six tenths from the left

    saved = download(page, folder / "result.png")
    with Image.open(saved) as opened:
        assert opened.format == "PNG"
        assert not opened.getexif()
        assert opened.info["DigitalSourceType"] == SOURCE_TYPE
        assert "secret" not in str(opened.info)  # nothing of the photo's own
        result = np.asarray(opened)
    original = load_picture(photo)
    assert result.shape == original.shape
    changed = (result != original).any(-1)
    assert 0.005 < changed.mean() < 0.8

    page.click("#made .handle")
    page.wait_for_selector("#made figure", timeout=30_000)
    steps = set(page.locator("#made figcaption").all_inner_texts())
    assert {ENGLISH.stages[name] for name in ("pose", "parsing", "agnostic", "warped", "mask")} <= steps
    assert steps <= set(ENGLISH.stages.values())

    second = settled_source(page)
    assert page.locator("#strip .tile").count() >= 3
    page.click('[data-act="undo"]')
    assert settled_source(page, other_than=second) == first


def test_a_full_visit(serving: Any, open_page: Any, person_picture: Any, tmp_path: Path) -> None:
    photo = person_picture(9, 900, 600)
    save_png(photo, tmp_path / "photo.png")
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    exif[0x0112] = 1
    Image.fromarray(photo).save(tmp_path / "photo.jpg", exif=exif, quality=95)
    page = open_page(serving.url)
    check_visit(page, tmp_path / "photo.jpg", ("green-dress", "blue-jeans"), tmp_path)
    kept = [path for path in serving.files.rglob("*") if path.is_file()]
    assert kept == []  # nothing of the visit was written to disk


def test_a_closed_page_is_forgotten(serving: Any, browser: Any, person_picture: Any, tmp_path: Path) -> None:
    save_png(person_picture(9), tmp_path / "photo.png")
    context = browser.new_context()
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(serving.url)
    page.wait_for_selector(SETTLED, timeout=60_000)
    page.set_input_files("#photo input[type=file]", tmp_path / "photo.png")
    page.wait_for_selector("#photo img.mine")
    assert [url for url in requests if not url.startswith((serving.url, "data:", "blob:"))] == []
    assert len(serving.room.visitors) >= 1
    context.close()
    deadline = time.monotonic() + 30
    while len(serving.room.visitors) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert len(serving.room.visitors) == 0  # nor are those of the other tests' pages


def test_bad_uploads_are_answered_with_a_sentence(served: str, open_page: Any, tmp_path: Path) -> None:
    page = open_page(served)
    source = settled_source(page)
    (tmp_path / "letter.jpg").write_bytes(b"Dear page, this is no picture.")
    page.set_input_files("#photo input[type=file]", tmp_path / "letter.jpg")
    page.wait_for_selector("#photo .refusal:not(:empty)")
    assert "picture" in page.inner_text("#photo .refusal")
    save_png(np.full((300, 300, 3), 120, np.uint8), tmp_path / "wall.png")
    page.set_input_files("#photo input[type=file]", tmp_path / "wall.png")
    page.wait_for_selector("#photo .refusal:has-text('No person')")
    for _ in range(2):  # the same refusal twice is shown twice
        page.set_input_files("#garment input[type=file]", tmp_path / "wall.png")
        page.wait_for_selector("#garment.is-sending, #garment:has(.refusal:empty)")
        page.wait_for_selector("#garment .refusal:has-text('No garment')")
    (tmp_path / "huge.jpg").write_bytes(bytes(21 * 1024 * 1024))
    page.set_input_files("#photo input[type=file]", tmp_path / "huge.jpg")
    page.wait_for_selector("#photo .refusal:has-text('20 MB')")
    assert page.eval_on_selector("#stage .after", "picture => picture.src") == source
    assert "Traceback" not in page.content()
    choose(page, '#garments .tile[data-id="green-dress"]')  # and all goes on


def test_the_latest_click_wins(serving: Any, open_page: Any) -> None:
    drawing = serving.drawing
    page = open_page(serving.url)
    source = settled_source(page)
    made = drawing.dressed
    drawing.gate.clear()
    for garment in ("blue-jeans", "green-dress", "blue-jeans", "black-top"):
        page.click(f'#garments .tile[data-id="{garment}"]')
    assert page.locator("#stage.is-busy").count() == 1
    page.wait_for_selector("#stage .busy span:has-text('Dressing')")
    time.sleep(0.5)  # all four clicks have arrived
    drawing.gate.set()
    settled_source(page, other_than=source)
    assert "Black top" in page.get_attribute("#stage .after", "alt")
    assert drawing.dressed - made <= 2


def test_filter_models_steps_and_own_garment(served: str, open_page: Any, person_picture: Any, tmp_path: Path) -> None:
    page = open_page(served)
    page.click('#garments [data-is="lower"]')
    assert page.locator("#garments .tile:visible").count() == 1
    page.click('#garments [data-is="all"]')
    assert page.locator("#garments .tile:visible").count() == 4
    choose(page, '#models .tile[data-id="ben"]')
    assert "Ben" in page.get_attribute("#stage .after", "alt")

    page.click("#made .handle")
    page.wait_for_selector("#made figure")
    assert page.locator("#made figure").count() == 5
    save_png(person_picture(4, 300, 300), tmp_path / "garment.png")
    before = settled_source(page)
    page.set_input_files("#garment input[type=file]", tmp_path / "garment.png")
    source = settled_source(page, other_than=before)
    assert "top" in page.inner_text("#garment .said")
    page.click('#garment [data-act="correct"]')
    page.click('#garment .corrections [data-value="dress"]')
    settled_source(page, other_than=source)
    assert "dress" in page.inner_text("#garment .said")
    assert page.locator("#made figure").count() == 5


def test_the_strip_returns_to_a_look(served: str, open_page: Any) -> None:
    page = open_page(served)
    first = settled_source(page)
    choose(page, '#garments .tile[data-id="green-dress"]')
    page.click("#strip .tile >> nth=0")
    page.wait_for_function("old => document.querySelector('#stage .after').src === old", arg=first)
    assert page.get_attribute('#garments .tile[data-id="red-tee"]', "aria-pressed") == "true"
    assert page.locator("#stage .notice.refusal").count() == 0


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("settings", [{}, PHONE], ids=["desktop", "phone"])
def test_what_was_understood_is_shown_asked_and_corrected(
    served: str, open_page: Any, doubtful_picture: Any, tmp_path: Path, settings: dict[str, Any]
) -> None:
    save_png(doubtful_picture, tmp_path / "garment.png")
    page = open_page(served, **settings)
    before = settled_source(page)
    assert page.locator("#garment .ask, #garment [data-act='correct']").count() == 0  # the gallery's are known
    page.set_input_files("#garment input[type=file]", tmp_path / "garment.png")
    source = settled_source(page, other_than=before)

    # by keyboard alone: a question, its answer, and the next
    assert ENGLISH.questions["category"] in page.inner_text("#garment .ask")
    page.focus('#garment .ask [data-value="dress"]')
    page.keyboard.press("Enter")
    source = settled_source(page, other_than=source)
    assert "dress" in page.inner_text("#garment .said")
    assert ENGLISH.questions["sleeve"] in page.inner_text("#garment .ask")
    page.focus('#garment .ask [data-value="long"]')
    page.keyboard.press("Space")
    source = settled_source(page, other_than=source)
    page.wait_for_selector("#garment .ask", state="detached")
    assert "long sleeves" in page.inner_text("#garment .said")

    page.click('#garment [data-act="correct"]')
    assert page.get_attribute('#garment [data-act="correct"]', "aria-expanded") == "true"
    assert page.get_attribute('#garment .corrections [data-value="dress"]', "aria-pressed") == "true"
    page.click('#garment .corrections [data-name="neckline"][data-value="boat"]')
    settled_source(page, other_than=source)

    assert page.get_attribute("#seen .handle", "aria-expanded") == "false"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.click('#garment [data-act="details"]')
    page.wait_for_selector("#seen [data-part='what'] img", state="visible")
    page.wait_for_selector('#seen .handle[aria-expanded="true"]')
    page.wait_for_function("""() => {
        const part = document.querySelector("#seen [data-part='what'] h3").getBoundingClientRect();
        const at = document.elementFromPoint(part.left + 4, part.top + 4);
        return at && at.closest("[data-part='what']");  // in sight, not under the result that stays on a phone
    }""")
    page.locator("#seen [data-part='who'] img").first.scroll_into_view_if_needed()
    page.wait_for_function(
        "[...document.querySelectorAll('#seen img')].filter((each) => each.complete && each.naturalWidth).length >= 2"
    )
    assert any("/tryon/picture/" in url for url in asked)  # drawn only now
    images = page.locator("#seen img")
    assert images.count() == 4
    assert all(images.nth(index).get_attribute("alt") for index in range(4))
    told = page.inner_text("#seen")
    for words in ("a dress", "long sleeves", ENGLISH.answered, "3 corners found, 1 of them hidden", "wide"):
        assert words in told
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.get_attribute("#seen .handle", "aria-expanded") == "true"


def test_small_words_can_be_read(served: str, open_page: Any, doubtful_picture: Any, tmp_path: Path) -> None:
    """Contrast of at least 4.5 to 1 (WCAG AA), light and dark, in all that the panel adds."""
    save_png(doubtful_picture, tmp_path / "garment.png")
    for scheme in ("light", "dark"):
        page = open_page(served, color_scheme=scheme)
        before = settled_source(page)
        page.set_input_files("#garment input[type=file]", tmp_path / "garment.png")
        settled_source(page, other_than=before)
        page.click('#garment [data-act="correct"]')
        page.click('#garment [data-act="details"]')
        page.wait_for_selector("#seen [data-part='what'] img", state="visible")
        page.mouse.move(2, 2)
        page.wait_for_timeout(300)  # colours fade
        poor = page.evaluate(CONTRASTS, "#garment .ask *, #garment .more *, #garment .corrections *, #seen .seen *")
        assert poor == [], scheme


CONTRASTS = """selector => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const colour = parse(getComputedStyle(each).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll(selector)]
    .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
    .filter((node) => node.checkVisibility())
    .map((node) => {
      const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))];
      return [node.textContent, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
    })
    .filter(([, contrast]) => contrast < 4.5);
}"""


def test_camera(served: str, open_page: Any) -> None:
    page = open_page(served, permissions=["camera"])
    before = settled_source(page)
    page.click('[data-act="camera"]')
    page.wait_for_function("document.querySelector('#photo video').videoWidth > 0")
    before = choose(page, '#garments .tile[data-id="green-dress"]')  # the camera stays open meanwhile
    assert page.locator("#photo .camera").is_visible()
    page.click('[data-act="shoot"]')
    settled_source(page, other_than=before)
    page.wait_for_selector("#photo img.mine")
    assert page.locator("#photo .camera").is_hidden()


def test_phone(served: str, open_page: Any) -> None:
    page = open_page(served, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#who").is_hidden()
    page.mouse.wheel(0, 300)
    page.wait_for_function("scrollY > 50")
    assert page.locator("#stage .pic").bounding_box()["y"] >= -2  # the result stays in sight
    page.click('[data-drawer="who"]')
    assert page.locator("#who").is_visible()
    assert page.locator("#what").is_hidden()


def test_dark_mode_is_kept(served: str, open_page: Any) -> None:
    page = open_page(served, color_scheme="light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click('[data-act="theme"]')
    page.wait_for_function("old => getComputedStyle(document.body).backgroundColor !== old", arg=light)
    page.reload()
    page.wait_for_selector(SETTLED)
    assert page.evaluate("document.body.classList.contains('dark')")


def test_a_visit_with_the_real_pipeline(root: Path, request: Any, open_page: Any, tmp_path: Path) -> None:
    if not list((root / "weights").glob("generator*.safetensors")):
        pytest.skip("the generator's weights are not there")
    manifest = json.loads((root / "assets/manifest.json").read_text(encoding="utf-8"))
    if len(manifest["models"]) < 2:
        pytest.skip("the assets have no models")
    pipeline = request.getfixturevalue("pipeline")
    from tryon.ui.app import build_app, launch_options

    app, room = build_app(load=lambda: pipeline)
    room.start()
    _, url, _ = app.launch(**launch_options(room), prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    try:
        model = root / "assets" / manifest["models"][1]["file"]
        upper, dress = (
            next(entry["id"] for entry in manifest["garments"][1:] if entry["category"] == category)
            for category in ("upper", "dress")
        )
        check_visit(open_page(url), model, (upper, dress), tmp_path)
    finally:
        app.close()
        room.stop()
