"""Imports point one way: app, ui, pipeline, warp, person and garment, models and geometry, images; and no back way."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "tryon"

# Each room of the library and the rooms it may import from; a room may always import itself.
GROUND = {"types", "errors", "settings", "memory", "cores"}
BASE = GROUND | {"images"}
TOOLS = BASE | {"geometry", "models"}
UNDERSTANDING = TOOLS | {"person", "garment"}
RUN_TIME = UNDERSTANDING | {"warp", "composite", "stages"}
ALLOWED: dict[str, set[str]] = {
    "types": set(),
    "errors": set(),
    "memory": set(),
    "cores": set(),
    "settings": set(),
    "__init__": {"errors", "types", "pipeline"},  # lazily, on first use
    "images": GROUND,
    "sharing": BASE | {"__init__"},  # of finished pictures; the version is written into them
    "geometry": BASE,
    "models": BASE | {"geometry"},
    "person": TOOLS,
    "garment": TOOLS,
    "warp": UNDERSTANDING,
    "composite": UNDERSTANDING | {"warp"},
    "stages": UNDERSTANDING | {"warp"},
    "pipeline": RUN_TIME,
    "outfit": UNDERSTANDING,
    "live": RUN_TIME,  # beside the pipeline: frames instead of photos
    "studio": RUN_TIME | {"pipeline", "outfit", "sharing"},
    "ui": RUN_TIME | {"pipeline", "live", "outfit", "studio", "sharing", "__init__"},
    "training": RUN_TIME | {"synth", "evaluation"},
    "synth": RUN_TIME,
    "evaluation": RUN_TIME | {"pipeline", "live", "outfit", "studio", "training", "synth", "__init__"},
    "trials": RUN_TIME | {"pipeline", "sharing", "ui", "cli", "__init__"},  # done to all of it from outside
    "decode_apart": set(),  # a program of its own, which ``images`` starts
    # the command line starts everything, each part when its command is called
    "cli": RUN_TIME
    | {"pipeline", "outfit", "sharing", "studio", "ui", "training", "synth", "evaluation", "__init__", "cli"},
    "__main__": {"cli"},
}
# Heavy packages and the one room each that may import them.
ONLY_IN = {"mediapipe": {"person"}, "gradio": {"ui"}, "anny": {"synth"}, "moderngl": {"synth"}}
# Training runs where only torch, torchvision, numpy and OpenCV are: preparing data is apart.
NOT_IN_TRAINING = {"mediapipe", "gradio", "anny", "moderngl", "typer", "pi_heif"}


def room_of(path: Path) -> str:
    """The room that a file of the library belongs to: its folder, or its own name."""
    name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "cli" if name.startswith("cli") else name


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports anywhere, by its full name; types-only imports are left out."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    parents = path.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(parents[: len(parents) - node.level]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


FILES = sorted(path for path in PACKAGE.rglob("*.py"))
IDS = [str(path.relative_to(PACKAGE)) for path in FILES]


def test_the_library_is_seen() -> None:
    assert {"types", "images", "geometry", "person", "garment", "pipeline", "ui", "cli"} <= {room_of(f) for f in FILES}


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_imports_point_one_way(path: Path) -> None:
    room = room_of(path)
    assert room in ALLOWED, f"{path.name}: give the new room {room!r} its place in ALLOWED"
    for module in imports_of(path):
        if module == "tryon" or module.startswith("tryon."):
            target = [*module.split("."), "__init__"][1]
            if target in ("TryOnPipeline", "TryOnResult", "TryOnError", "__version__"):
                target = "__init__"
            target = "cli" if target.startswith("cli") else target
            assert target in ALLOWED[room] | {room}, f"{room} must not import {module}"


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_heavy_packages_stay_in_their_rooms(path: Path) -> None:
    room = room_of(path)
    prepares = room == "training" and path.name.startswith("prepare_")
    for module in imports_of(path):
        top = module.split(".")[0]
        if top in ONLY_IN and not prepares:
            assert room in ONLY_IN[top], f"{room} must not import {top}"
        if room == "training" and not prepares:
            assert top not in NOT_IN_TRAINING, f"training must not import {top}"


def test_trainers_load_without_the_web_and_mediapipe() -> None:
    """In truth, not only in the text: what the trainers pull in is free of what a training machine lacks."""
    modules = [
        f"tryon.training.{path.stem}"
        for path in sorted((PACKAGE / "training").glob("*.py"))
        if not path.stem.startswith(("prepare_", "__init__"))
    ]
    forbidden = sorted(NOT_IN_TRAINING)
    code = (
        "import sys, importlib\n"
        f"for name in {forbidden!r}: sys.modules[name] = None\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]


def test_importing_the_library_is_light() -> None:
    code = (
        "import sys, tryon\n"
        "heavy = [n for n in ('torch', 'mediapipe', 'gradio', 'cv2', 'numpy', 'scipy') if n in sys.modules]\n"
        "assert not heavy, heavy\n"
        "assert tryon.__version__\n"
        "assert issubclass(tryon.TryOnError, Exception)\n"
        "assert 'TryOnPipeline' in dir(tryon)\n"
        "import tryon.cli\n"
        "assert 'torch' not in sys.modules\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]


def test_unknown_names_are_refused() -> None:
    import tryon

    with pytest.raises(AttributeError, match="nothing"):
        _ = tryon.nothing
