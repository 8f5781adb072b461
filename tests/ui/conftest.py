"""A small gallery, a pipeline that draws instead of thinking, and a served page, for the page's tests."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from tryon.errors import GarmentNotFoundError, NoPersonError
from tryon.images import save_png
from tryon.types import Garment, Guess, MaskF32, Person, Pose, RGBu8, TryOnResult

GARMENTS = (
    ("red-tee", "upper", "T-Shirt", "short", None, (190, 40, 40)),
    ("blue-jeans", "lower", "Pants", None, "long", (50, 70, 140)),
    ("green-dress", "dress", "Dress", "none", None, (40, 120, 70)),
    ("black-top", "upper", "Longsleeve", "long", None, (30, 30, 30)),
)

CHINESE_NAMES = {
    "red-tee": "红色 T 恤",
    "blue-jeans": "蓝色牛仔裤",
    "green-dress": "绿色连衣裙",
    "black-top": "黑色上衣",
    "Ada": "艾达",
    "Ben": "小本",
}
# sex, height, weight and skin of the grid of builds; body mass indices as in the drawn one
BUILDS = tuple(
    (sex, height, round(index * height**2 / 1e4), skin)
    for sex, heights in (("female", (156, 166, 176)), ("male", (167, 177, 187)))
    for height in heights
    for index in (19, 23, 28, 34)
    for skin in ("light", "tan", "dark")
)


class DrawingPipeline:
    """Stands in for ``TryOnPipeline``: finds a person wherever the picture is not plain, and paints a rectangle:
    where a top, trousers or a dress would be, wider for a looser fit, ending higher for a top that is tucked in."""

    def __init__(self) -> None:
        self.persons = 0
        self.garments = 0
        self.dressed = 0
        self.delay_s = 0.0
        self.gate = threading.Event()
        self.gate.set()

    def understand_person(self, image_u8: RGBu8) -> Person:
        self.persons += 1
        if image_u8.std() < 2:
            raise NoPersonError("No person can be seen in this photo. Use one with the body from head to hips.")
        h, w = image_u8.shape[:2]
        points = np.tile(np.float32([w / 2, h / 2]), (33, 1))
        points[25:] = (w / 2, h * 2)
        warnings = ("The arms are crossed.",) if w > 400 else ()
        pose = Pose(points, np.ones(33, np.float32))
        return Person(image_u8, pose, np.ones((h, w), np.float32), np.full((h, w), 8, np.uint8), warnings)

    def understand_garment(
        self, image_u8: RGBu8, *, category: str = "auto", photo: str = "auto", alpha_f32: MaskF32 | None = None
    ) -> Garment:
        self.garments += 1
        if image_u8.std() < 2:
            raise GarmentNotFoundError("No garment can be told from its background. Lay it on another ground.")
        kind: Any = "upper" if category == "auto" else category
        alpha = np.ones(image_u8.shape[:2], np.float32) if alpha_f32 is None else alpha_f32
        garment = Garment(image_u8, alpha, kind, {kind: 1.0}, "not sure", {}, {}, "short", worn=photo == "worn")
        return garment if image_u8[0, 0, 0] else doubtful(garment, open_category=category == "auto")

    def dress(
        self,
        person: Person,
        garment: Garment,
        *,
        stages: bool = False,
        tuck: str = "auto",
        fit: float = 0.0,
        keep_f32: MaskF32 | None = None,
        change_f32: MaskF32 | None = None,
    ) -> TryOnResult:
        """Paint the middle, narrower or wider by ``fit``, up to the waist if tucked in, in the garment\'s colour."""
        self.gate.wait(20)
        time.sleep(self.delay_s)
        self.dressed += 1
        image, mask = person.image_u8.copy(), np.zeros(person.mask_f32.shape, np.float32)
        h, w = mask.shape
        low = {"in": 5 * h // 8, "out": 7 * h // 8}.get(tuck, 3 * h // 4)
        top = h // 2 if garment.category == "lower" else h // 4
        left = round(w * (2 - fit) / 8)
        inside = np.zeros((h, w), bool)
        inside[top:low, left : w - left] = True
        if change_f32 is not None:
            inside |= change_f32 > 0.5
        if keep_f32 is not None:
            inside &= keep_f32 <= 0.5
        image[inside] = garment.image_u8[garment.alpha_f32 > 0.5].mean(0).astype(np.uint8)
        mask[inside] = 1
        names = ("pose", "parsing", "agnostic", "warped", "mask") if stages else ()
        return TryOnResult(image, mask, garment.category, dict.fromkeys(names, image[::2, ::2]), {"total": 5.0})


class DrawingLive:
    """Stands in for ``LiveTryOn``: paints the garment's colour in the middle of every frame that is not plain."""

    def __init__(self, shared: DrawingLive | None = None) -> None:
        self.shared = shared or self
        self.worn: Garment | None = None
        if shared is None:
            self.loaded = self.opened = self.closed = 0
            self.entered = threading.Event()
            self.gate = threading.Event()
            self.gate.set()

    def load(self) -> DrawingLive:
        self.loaded += 1
        return self

    def for_visitor(self) -> DrawingLive:
        self.shared.opened += 1
        return DrawingLive(self.shared)

    def set_garment(self, garment: Garment | None) -> None:
        self.worn = garment

    def frame(self, rgb_u8: RGBu8, *, timings: dict[str, float] | None = None) -> RGBu8:
        took = {} if timings is None else timings
        self.shared.entered.set()
        self.shared.gate.wait(20)
        took["pose"] = 1.0
        if self.worn is None or rgb_u8.std() < 2:
            return rgb_u8
        took["parsing"] = 1.0
        out = rgb_u8.copy()
        h, w = out.shape[:2]
        colour = self.worn.image_u8[self.worn.alpha_f32 > 0.5].mean(0)
        out[h // 4 : 3 * h // 4, w // 4 : 3 * w // 4] = colour.astype(np.uint8)
        return out

    def close(self) -> None:
        self.shared.closed += 1


def doubtful(garment: Garment, *, open_category: bool) -> Garment:
    """The same garment with little certainty: what a picture whose first pixel is black (in red) is taken for."""
    names = {"upper": 0.4, "lower": 0.25, "dress": 0.35} if open_category else garment.category_probability
    sleeves = {"none": 0.1, "short": 0.4, "three_quarter": 0.1, "long": 0.4}
    attributes = {
        "sleeve": Guess("not sure", sleeves),
        "neckline": Guess("not sure", {"round": 0.5, "v": 0.5}),
        "front": Guess("closed", {"closed": 0.9, "open": 0.1}),
    }
    points = {"neck_left": (20.0, 20.0), "hem_left": (20.0, 90.0), "cuff_out_left": (5.0, 40.0)}
    return replace(
        garment,
        category_probability=names,
        landmarks_px=points,
        visibility={"hem_left": 0.1},
        attributes={} if garment.category == "lower" else attributes,
        warnings=("The garment is cut off by the edge of its picture.",),
    )


def draw_person(seed: int, height: int = 512, width: int = 384) -> RGBu8:
    """A picture that is not plain: a figure of simple shapes on a soft ground."""
    rng = np.random.default_rng(seed)
    ground = rng.integers(170, 235, 3)
    image = np.tile(np.linspace(0.85, 1.05, height)[:, None, None] * ground, (1, width, 1)).clip(0, 255)
    image = np.ascontiguousarray(image.astype(np.uint8))
    skin, top, legs = ([int(c) for c in rng.integers(60, 220, 3)] for _ in range(3))
    x, unit = width // 2, height // 10
    cv2.rectangle(image, (x - unit, 6 * unit), (x + unit, height - 1), legs, -1)
    cv2.rectangle(image, (x - int(1.4 * unit), 3 * unit), (x + int(1.4 * unit), 6 * unit), top, -1)
    cv2.circle(image, (x, 2 * unit), unit, skin, -1)
    return image


def write_gallery(folder: Path) -> Path:
    """Fill a folder with a gallery of four garments, two models and the grid of builds, and return it."""
    manifest: dict[str, list[dict[str, Any]]] = {"garments": [], "models": []}
    for identity, category, label, sleeve, leg, colour in GARMENTS:
        image, mask = np.full((400, 300, 3), 250, np.uint8), np.zeros((400, 300), np.uint8)
        cv2.rectangle(image, (70, 60), (230, 340), colour, -1)
        cv2.rectangle(mask, (70, 60), (230, 340), 255, -1)
        save_png(image, folder / f"garments/{identity}.png")
        save_png(mask, folder / f"garments/{identity}.mask.png")
        manifest["garments"].append(
            {
                "id": identity,
                "file": f"garments/{identity}.png",
                "mask": f"garments/{identity}.mask.png",
                "name": identity.replace("-", " ").capitalize(),
                "name_zh": CHINESE_NAMES[identity],
                "category": category,
                "label": label,
                "colours": [identity.split("-")[0]],
                "sleeve": sleeve,
                "leg": leg,
                "landmarks_px": None,
            }
        )
    for seed, name in enumerate(("Ada", "Ben")):
        save_png(draw_person(seed), folder / f"models/{name.lower()}.png")
        manifest["models"].append(
            {"id": name.lower(), "file": f"models/{name.lower()}.png", "name": name, "name_zh": CHINESE_NAMES[name]}
        )
    save_png(draw_person(21), folder / "builds/one.png")
    manifest["builds"] = [
        {
            "id": f"build-{sex[0]}{height}-{weight}-{skin}",
            "file": "builds/one.png",
            "name": f"{height} cm, {weight} kg",
            "sex": sex,
            "height_cm": height,
            "weight_kg": weight,
            "skin": skin,
        }
        for sex, height, weight, skin in BUILDS
    ]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.fixture
def gallery_folder(tmp_path: Path) -> Path:
    """A folder with a small gallery."""
    return write_gallery(tmp_path)


@pytest.fixture(scope="session")
def person_picture() -> Callable[..., RGBu8]:
    """``draw_person(seed, height, width)``."""
    return draw_person


@pytest.fixture(scope="session")
def doubtful_picture() -> RGBu8:
    """A picture of a garment that leaves the drawing pipeline in doubt."""
    picture = draw_person(11, 300, 300)
    picture[0, 0] = 0
    return picture


@pytest.fixture
def drawing() -> DrawingPipeline:
    """A pipeline that draws."""
    return DrawingPipeline()


@pytest.fixture
def drawing_live() -> DrawingLive:
    """Live networks that draw: counts of what was loaded, opened and closed, and a gate for frames."""
    return DrawingLive()


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A page over the small gallery and the drawing pipeline, shared by a module's tests.

    url: its address. room: its fitting room. drawing: its pipeline. live: its live networks.
    gallery, files: its folders.
    """
    from tryon.ui.app import build_app, launch_options
    from tryon.ui.live_room import LiveRoom

    gallery, files = write_gallery(tmp_path_factory.mktemp("gallery")), tmp_path_factory.mktemp("files")
    drawing, live = DrawingPipeline(), DrawingLive()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(files))
        page, room = build_app(assets=gallery, load=lambda: drawing, live=LiveRoom(live.load, most=2))
        room.start()
        options = launch_options(room)
        _, url, _ = page.launch(**options, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
        yield SimpleNamespace(url=url, room=room, drawing=drawing, live=live, gallery=gallery, files=files)
        page.close()
        room.stop()


@pytest.fixture
def served(serving: SimpleNamespace) -> str:
    """The address of a served page."""
    return str(serving.url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium: the system's, or the one that Playwright installed; its camera shows a moving test picture."""
    sync_api = pytest.importorskip("playwright.sync_api")
    system = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_api.sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(
                executable_path=system,
                args=["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
            )
        except sync_api.Error as error:
            pytest.skip(f"no Chromium can be started: {str(error).splitlines()[0]}")
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Any]:
    """A function that opens an address and waits for the first look; fails the test on script errors."""
    contexts: list[Any] = []
    errors: list[str] = []

    def go(url: str, **settings: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", **settings})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        page.wait_for_selector("#stage:not(.is-busy) .pic .before", timeout=60_000)
        return page

    yield go
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def settled() -> Callable[..., str]:
    """``settled(page, other_than="")``: wait until a result other than one is shown, and return its address."""

    def wait(page: Any, *, other_than: str = "") -> str:
        page.wait_for_function(
            """old => {
                const picture = document.querySelector("#stage .after");
                return picture && picture.src !== old && picture.complete && !document.querySelector("#stage.is-busy");
            }""",
            arg=other_than,
            timeout=30_000,
        )
        return str(page.eval_on_selector("#stage .after", "picture => picture.src"))

    return wait
