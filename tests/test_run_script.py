"""``run.py`` by itself: versions, stamps, missing libraries; nothing is installed here."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py over a copy of the requirement files, with installing replaced by writing down."""
    spec = importlib.util.spec_from_file_location("run_script", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-synth.txt", "constraints.txt"):
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    module.calls = []

    def make_venv(python: list[str], version: str) -> None:
        module.calls.append("venv")
        module.venv_python().parent.mkdir(parents=True, exist_ok=True)
        module.venv_python().write_text("")

    monkeypatch.setattr(module, "venv_version", lambda: "3.11" if module.venv_python().exists() else None)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "make_venv", make_venv)
    monkeypatch.setattr(module, "install", lambda command: module.calls.append(f"install {command}"))
    monkeypatch.setattr(module, "check_libraries", lambda: None)
    return module


def test_uses_the_standard_library_alone() -> None:
    tree = ast.parse((ROOT / "run.py").read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_second_start_installs_nothing(run: ModuleType) -> None:
    run.set_up("app")
    assert run.calls == ["venv", "install app"]
    run.set_up("app")
    assert run.calls == ["venv", "install app"]


def test_the_tests_environment_serves_the_app_too(run: ModuleType) -> None:
    run.set_up("app")
    run.set_up("test")
    run.set_up("app")
    run.set_up("test")
    assert run.calls == ["venv", "install app", "install test"]


@pytest.mark.parametrize("changed", ["requirements.txt", "constraints.txt"])
def test_changed_lists_are_installed_again_into_the_same_environment(run: ModuleType, changed: str) -> None:
    run.set_up("test")
    with open(run.ROOT / changed, "a") as file:
        file.write("\nsix==1.17.0\n")
    run.set_up("app")
    assert run.calls == ["venv", "install test", "install app"]
    run.set_up("test")  # what the app's installation did to the test's packages is not known
    assert run.calls[3:] == ["install test"]


def test_an_interrupted_installation_is_begun_again(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(command: str) -> None:
        raise KeyboardInterrupt

    whole = run.install
    monkeypatch.setattr(run, "install", broken)
    with pytest.raises(KeyboardInterrupt):
        run.set_up("app")
    monkeypatch.setattr(run, "install", whole)
    assert not run.is_set_up("app")
    run.set_up("app")
    assert run.calls == ["venv", "install app"]
    assert run.is_set_up("app")


@pytest.mark.parametrize("version", [(3, 9, 2), (3, 13, 0), (3, 8, 10)])
def test_other_pythons_are_refused_in_one_sentence(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(run.sys, "version_info", version)
    monkeypatch.setattr(run.shutil, "which", lambda name: None)
    with pytest.raises(run.SetupError, match=r"3\.10, 3\.11 and 3\.12"):
        run.find_python()


def test_another_python_on_the_path_is_taken(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.sys, "version_info", (3, 13, 1))
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/opt/{name}" if name == "python3.12" else None)
    monkeypatch.setattr(run, "answers", lambda python, wanted: python == ["/opt/python3.12"])
    assert run.find_python() == (["/opt/python3.12"], "3.12")


def test_this_python_answers(run: ModuleType) -> None:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert run.answers([sys.executable], version)
    assert not run.answers([sys.executable], "2.7")
    assert not run.answers(["/no/such/python"], version)


def test_missing_libraries_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = importlib.util.spec_from_file_location("run_script", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "LIBRARIES", {"libno_such_thing.so.1": "libno-such-thing1"})
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setattr(module, "on_debian_as_root", lambda: False)
    module.check_libraries()
    told = capsys.readouterr().out
    assert "libno_such_thing.so.1" in told
    assert "apt-get install libno-such-thing1" in told


@pytest.mark.parametrize(("arguments", "status"), [([], 2), (["nonsense"], 2), (["--help"], 0)])
def test_wrong_commands_print_the_usage(arguments: list[str], status: int) -> None:
    result = subprocess.run([sys.executable, ROOT / "run.py", *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == status
    assert "run.py app" in result.stdout
