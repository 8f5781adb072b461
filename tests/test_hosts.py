"""What web hosts read: the README's head, packages.txt and the Dockerfile, held against what is pinned."""

from __future__ import annotations

import ast
import contextlib
import fnmatch
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tryon.studio.lookbook.lettering import SYSTEM_FONTS
from tryon.ui.app import private_temporary_folder

ROOT = Path(__file__).resolve().parents[1]
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


def pinned() -> dict[str, str]:
    """Versions that requirements.txt names; every line names one."""
    lines = (re.split("[#;]", line)[0].strip() for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines())
    return dict(line.split("==") for line in lines if line)


@pytest.fixture(scope="module")
def head() -> dict[str, Any]:
    text = (ROOT / "README.md").read_text("utf-8")
    assert text.startswith("---\n")
    found: dict[str, Any] = yaml.safe_load(text.split("---\n")[1])
    return found


@pytest.fixture(scope="module")
def run_script() -> dict[str, Any]:
    """Constants of run.py, which must not be imported for them."""
    tree = ast.parse((ROOT / "run.py").read_text("utf-8"))
    constants: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            with contextlib.suppress(ValueError):
                target, value = node.targets[0], ast.literal_eval(node.value)
                if isinstance(target, ast.Name):
                    constants[target.id] = value
                elif isinstance(target, ast.Tuple):
                    constants |= dict(zip(map(ast.unparse, target.elts), value))
    return constants


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions: name and the rest, lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.M)
    lines = re.sub(r"\\\n", " ", text).splitlines()
    pairs = [line.split(None, 1) for line in lines if line.strip()]
    return [(pair[0], " ".join(pair[1].split())) for pair in pairs]


def of(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def test_the_head_of_the_readme_fits_what_is_pinned(head: dict[str, Any], run_script: dict[str, Any]) -> None:
    assert head["sdk"] == "gradio"
    assert str(head["sdk_version"]) == pinned()["gradio"]
    version = tuple(int(part) for part in str(head["python_version"]).split("."))
    assert run_script["LOWEST"] <= version <= run_script["HIGHEST"]
    assert isinstance(head["python_version"], str)  # 3.10 unquoted would be 3.1
    app = ROOT / head["app_file"]
    assert "main()" in app.read_text("utf-8")
    assert {head["colorFrom"], head["colorTo"]} <= COLOURS
    assert head["license"] == "apache-2.0"
    assert len(head["title"]) > 2
    assert len(head["short_description"]) <= 60  # longer ones are refused
    assert head["suggested_hardware"] == "cpu-basic"


def test_constraints_and_requirements_agree() -> None:
    constraints = (ROOT / "constraints.txt").read_text("utf-8")
    for package, version in pinned().items():
        assert re.search(rf"^{re.escape(package)}=={re.escape(version)}( ;|$)", constraints, re.M), package
    assert not any("+" in version for version in pinned().values())  # a local version would need another index


def test_system_libraries_are_those_that_are_looked_for(run_script: dict[str, Any]) -> None:
    named = set((ROOT / "packages.txt").read_text("utf-8").split())
    fonts = {name for name in named if name.startswith("fonts-")}
    assert named - fonts == set(run_script["LIBRARIES"].values())
    # lookbooks write Chinese with it: where the package puts it is where it is looked for
    assert fonts == {"fonts-wqy-microhei"}
    assert "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc" in {path for path, _ in SYSTEM_FONTS}


def test_the_dockerfile_installs_what_is_pinned(head: dict[str, Any]) -> None:
    (base,) = of("FROM")
    assert base.startswith(f"python:{head['python_version']}-slim-bookworm")  # where libglib2.0-0 has this name
    runs = " ".join(of("RUN"))
    assert "packages.txt" in runs
    assert "apt-get install" in runs
    assert "-r requirements.txt -c constraints.txt" in runs
    assert "download.pytorch.org/whl/cpu" in runs
    pattern = re.search(r"grep -E '([^']+)' requirements\.txt", runs)
    assert pattern is not None
    torch = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if re.search(pattern[1], line)]
    assert torch == [f"torch=={pinned()['torch']}", f"torchvision=={pinned()['torchvision']}"]
    assert not re.search(r"(gradio|torch|numpy)==\d", runs)  # versions stand in one place


def test_the_dockerfile_copies_all_that_the_page_needs_and_no_more() -> None:
    copied = [name for rest in of("COPY") for name in shlex.split(rest)[:-1]]
    assert {"app.py", "tryon", "assets", "weights", "requirements.txt", "constraints.txt", "packages.txt"} <= set(
        copied
    )
    assert all((ROOT / name).exists() for name in copied)
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert kept == set(copied)
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] not in "!#"]
    assert ignored[0] == "*"  # all but the kept ones
    assert any(fnmatch.fnmatch("tryon/__pycache__", pattern) for pattern in ignored[1:])


def test_the_container_is_an_ordinary_user_and_tells_its_health() -> None:
    names = [name for name, _ in instructions()]
    assert of("USER") == ["visitor"]
    assert names.index("USER") > max(index for index, name in enumerate(names) if name == "RUN")
    (health,) = of("HEALTHCHECK")
    assert "/api/v1/gallery" in health
    (command,) = of("CMD")
    assert "exec python app.py" in command
    for words in (health, command):
        assert "PORT" in words
    environment = dict(word.split("=", 1) for rest in of("ENV") for word in shlex.split(rest))
    assert environment["GRADIO_SERVER_NAME"] == "0.0.0.0"
    assert environment["GRADIO_SERVER_PORT"] == of("EXPOSE")[0] == "7860"


def test_every_way_to_start_starts_the_same_page(head: dict[str, Any]) -> None:
    """The container, a Space and ``run.py app`` start one file; the port is nobody's own but the container's."""
    (command,) = of("CMD")
    started = re.findall(r"exec python (\S+)\"", command)
    assert started == [head["app_file"]]
    run = (ROOT / "run.py").read_text("utf-8")
    assert re.findall(r'ROOT / "(\w+\.py)"\)\] if command == "app"', run) == started
    compiled = " ".join(of("RUN"))
    assert set(re.findall(r"compileall -q (\S+) (\S+)", compiled)[0]) == {"tryon", head["app_file"]}
    assert of("WORKDIR") == ["/app"]
    destinations = {shlex.split(rest)[-1] for rest in of("COPY")}
    assert destinations == {"./", "assets", "weights", "tryon"}  # beside the file that looks for them there
    for source in (ROOT / head["app_file"], ROOT / "tryon" / "ui" / "app.py"):
        assert "server_port" not in source.read_text("utf-8")  # Gradio reads GRADIO_SERVER_PORT


def test_the_containers_commands_are_commands() -> None:
    """The shell and Python lines that only a container would run can at least be read by both."""
    (command,) = of("CMD")
    shell, _, line = ast.literal_eval(command)
    script = line.replace("exec python app.py", "exec printenv GRADIO_SERVER_PORT")
    assert script != line
    if shutil.which(shell) and shutil.which("printenv"):
        for port, wanted in (("", "7860"), ("9000", "9000")):
            environment = {"GRADIO_SERVER_PORT": "7860", "PATH": "/usr/bin:/bin", "PORT": port}
            done = subprocess.run([shell, "-c", script], env=environment, capture_output=True, text=True, check=True)
            assert done.stdout.strip() == wanted
    (health,) = of("HEALTHCHECK")
    code = ast.literal_eval(health[health.index("CMD") + 3 :].strip())[2]
    compile(code, "health", "exec")


def test_the_temporary_folder_is_the_programs_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")
    folder = private_temporary_folder()
    assert folder.stat().st_mode & 0o077 == 0
