#!/usr/bin/env python3
"""Set everything up and start it: ``python run.py app`` or ``python run.py test``.

The first start makes a virtual environment in ``.venv`` and installs the pinned packages into it;
later starts find a stamp of what was installed and go straight on. Arguments after ``app`` or
``test`` are passed on (to the page, or to pytest). Needs the standard library alone.
"""

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOWEST, HIGHEST = (3, 10), (3, 12)  # what the pinned mediapipe has wheels for
CONSTRAINTS = "constraints.txt"  # the versions of what the named packages bring along
NEEDED_GB = 8  # on Linux, where torch brings its GPU libraries along; about 3 elsewhere
LOOKED_FOR = ("3.11", "3.12", "3.10")  # 3.11 first: the version that the project is developed on

# What torch and mediapipe have packages for, as the platform module names it.
MACHINES = {("Linux", "x86_64"), ("Darwin", "arm64"), ("Windows", "AMD64")}

# Shared libraries that the wheels of mediapipe and opencv load but do not carry -> Debian's package.
LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libglib-2.0.so.0": "libglib2.0-0",
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
BROWSER_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


class SetupError(Exception):
    """Something that the person at the keyboard has to do first."""


def say(text: str) -> None:
    """Tell what is being done, at once even where output is piped."""
    print(f"[run] {text}", flush=True)


def requirement_files(command: str) -> "list[Path]":
    """The pinned lists that a command needs: the tests also draw people, with the data engine's packages."""
    more = () if command == "app" else ("requirements-dev.txt", "requirements-synth.txt")
    return [ROOT / name for name in ("requirements.txt", *more)]


def venv_python() -> Path:
    """The virtual environment's interpreter."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp_for(command: str, version: str) -> str:
    """What an environment that can run this command has written down: Python's version and the lists' hash."""
    digest = hashlib.sha256()
    for path in (*requirement_files(command), ROOT / CONSTRAINTS):
        digest.update(path.read_bytes())
    return f"{command} {version} {platform.machine()} {digest.hexdigest()}"


def stamps() -> "set[str]":
    """What the environment was set up for."""
    try:
        return {line for line in (VENV / "stamp.txt").read_text("utf-8").splitlines() if line.count(" ") == 3}
    except OSError:
        return set()


def venv_version() -> "str | None":
    """The "3.x" of the environment that is already there, if it works and is one that we support."""
    python = [str(venv_python())]
    return next((version for version in LOOKED_FOR if venv_python().exists() and answers(python, version)), None)


def find_python() -> "tuple[list[str], str]":
    """An interpreter of a version that works, this one if possible, and its "3.x".

    Raises:
        SetupError: there is none.
    """
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if LOWEST <= sys.version_info[:2] <= HIGHEST:
        return [sys.executable], version
    for wanted in LOOKED_FOR:
        candidates = [[f"python{wanted}"]] + ([["py", f"-{wanted}"]] if os.name == "nt" else [])
        for candidate in candidates:
            path = shutil.which(candidate[0])
            if path and answers([path, *candidate[1:]], wanted):
                say(f"This Python is {version}; using {' '.join(candidate)} instead.")
                return [path, *candidate[1:]], wanted
    raise SetupError(
        f"This is Python {version}, and no other was found. The project runs on Python 3.10, 3.11 and 3.12. "
        f"Install one of them (https://www.python.org/downloads/) and run this again with it."
    )


def answers(python: "list[str]", wanted: str) -> bool:
    """Whether an interpreter starts and is of the wanted "3.x"."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        result = subprocess.run([*python, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0 and result.stdout.strip() == wanted


def on_debian_as_root() -> bool:
    """Whether system packages can be installed here without asking."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages: "list[str]") -> bool:
    """Install Debian packages, the lists refreshed first; whether it worked."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    say(f"Installing system packages: {' '.join(packages)}")
    for arguments in (
        ["update", "-q"],
        ["install", "-q", "-y", "--no-install-recommends", *packages],
    ):
        if subprocess.run(["apt-get", *arguments], env=environment, stdin=subprocess.DEVNULL, check=False).returncode:
            return False
    return True


def missing_libraries() -> "dict[str, str]":
    """Those of LIBRARIES that the loader does not find (Linux only)."""
    if not sys.platform.startswith("linux"):
        return {}
    missing = {}
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing[library] = package
    return missing


def check_libraries() -> None:
    """Install missing system libraries where that is possible, else name them and go on."""
    missing = missing_libraries()
    if missing and on_debian_as_root():
        apt_install(sorted(missing.values()))
        missing = missing_libraries()
    if missing:
        packages = " ".join(sorted(missing.values()))
        say(f"These system libraries are missing: {', '.join(missing)}.")
        say(f"On Debian or Ubuntu: sudo apt-get install {packages}   (elsewhere: the packages with the same libraries)")


def make_venv(python: "list[str]", version: str) -> None:
    """Make the virtual environment anew, with pip in it.

    Raises:
        SetupError: this Python cannot make one.
    """
    say(f"Making the virtual environment .venv with Python {version}")
    shutil.rmtree(VENV, ignore_errors=True)
    if try_venv(python):
        return
    # Debian keeps ensurepip in a package of its own
    if on_debian_as_root() and apt_install([f"python{version}-venv"]) and try_venv(python):
        return
    if (
        subprocess.run(
            [*python, "-m", "virtualenv", "-q", str(VENV)], check=False, stderr=subprocess.DEVNULL
        ).returncode
        == 0
    ):
        return
    raise SetupError(
        "This Python cannot make a virtual environment. "
        f"On Debian or Ubuntu: sudo apt-get install python{version}-venv. Elsewhere: python -m pip install virtualenv"
    )


def try_venv(python: "list[str]") -> bool:
    """Make the environment; whether it has come up with a pip that works."""
    result = subprocess.run([*python, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if result.returncode == 0 and venv_python().exists():
        pip = [str(venv_python()), "-m", "pip", "--version"]
        if subprocess.run(pip, capture_output=True, check=False).returncode == 0:
            return True
    shutil.rmtree(VENV, ignore_errors=True)
    return False


def install(command: str) -> None:
    """Install the pinned packages into the environment.

    Raises:
        SetupError: pip failed.
    """
    say("Installing the pinned packages (the first time this takes some minutes and a few GB)")
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_GB:
        say(f"Only {free:.1f} GB are free on this disk; up to {NEEDED_GB} GB are needed.")
    pip = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    if not sys.stdout.isatty():
        pip.append("-q")
    files = [argument for path in requirement_files(command) for argument in ("-r", str(path))]
    files += ["-c", str(ROOT / CONSTRAINTS)]
    for attempt in range(3):  # package servers drop long downloads; what was fetched is kept
        if subprocess.run([*pip, *files], check=False).returncode == 0:
            return
        say(f"pip failed; {'trying again' if attempt < 2 else 'giving up'}")
    raise SetupError(
        "The packages could not be installed. Look at pip's message above, check the network and the disk."
    )


def is_set_up(command: str) -> bool:
    """Whether the environment holds exactly what the lists name now."""
    if not venv_python().exists():
        return False
    return any(line == stamp_for(command, line.split()[1]) for line in stamps())


def set_up(command: str) -> None:
    """Bring the environment to what the command needs; does nothing where it is already so."""
    if is_set_up(command):
        return
    started = time.monotonic()
    machine = (platform.system(), platform.machine())
    if machine not in MACHINES:
        say(f"This is {' '.join(machine)}. The pinned packages exist for " + ", ".join(map(" ".join, sorted(MACHINES))))
    check_libraries()
    version = venv_version()
    if version is None:
        python, version = find_python()
        make_venv(python, version)
    write_stamps([])  # so that an interrupted installation is not taken for a whole one
    install(command)
    # the test's packages include the app's
    write_stamps([stamp_for(name, version) for name in {command, "app"}])
    say(f"Set up in {time.monotonic() - started:.0f} s")


def write_stamps(lines: "list[str]") -> None:
    """Write down what the environment was set up for."""
    (VENV / "stamp.txt").write_text("\n".join(sorted(lines)) + "\n", "utf-8")


def find_browser() -> "str | None":
    """An installed Chromium-like browser: TRYON_BROWSER, on the path, or in its usual place."""
    named = os.environ.get("TRYON_BROWSER")
    found = [named, *(shutil.which(name) for name in BROWSERS), *BROWSER_PLACES]
    return next((path for path in found if path and Path(path).exists() and is_browser(path)), None)


def is_browser(path: str) -> bool:
    """Whether a program is more than Ubuntu's stub that asks for a snap."""
    if not sys.platform.startswith("linux"):
        return True  # elsewhere there are no stubs, and asking for the version may open a window
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def check_browser() -> None:
    """See that the page's tests have a browser; say what to do where there is none."""
    browser = find_browser()
    if browser is None and on_debian_as_root():
        apt_install(["chromium"])
        browser = find_browser()
    if browser is None:
        say("No Chrome or Chromium was found: tests in a real browser will be skipped. Install one to run them.")
    else:
        os.environ["TRYON_BROWSER"] = browser


def main(arguments: "list[str]") -> int:
    """Run a command and return its exit status."""
    if not arguments or arguments[0] not in ("app", "test"):
        print(__doc__.strip())
        return 0 if arguments and arguments[0] in ("-h", "--help") else 2
    command, rest = arguments[0], arguments[1:]
    try:
        set_up(command)
        if command == "test":
            check_browser()
    except SetupError as error:
        say(str(error))
        return 1
    # two workers: browsers wait more than they compute; a file stays with one, so that its page is served once
    spread = [] if rest else ["-n", "2", "--dist", "loadfile"]
    target = [str(ROOT / "app.py")] if command == "app" else ["-m", "pytest", *spread]
    return hand_over([str(venv_python()), *target, *rest])


def hand_over(arguments: "list[str]") -> int:
    """Become the program, so that signals reach it; on Windows, which cannot, run it and wait."""
    os.chdir(ROOT)
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(arguments[0], arguments)
    try:
        return subprocess.run(arguments, check=False).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
