#!/usr/bin/env python3
"""The one command of OpenCommerce: makes ready what it needs, then hands over to ops/. Standard library only."""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):
    sys.exit(f"OpenCommerce needs Python 3.11 or newer; this is {sys.version.split()[0]}.")

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ops import apt

ROOT = Path(__file__).resolve().parent
LOCAL = ROOT / ".local"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
ALWAYS = ("platform.txt", "servers.txt")
ALSO_FOR = {
    "bench": ("compile.txt",),
    "check": ("dev.txt", "docs.txt"),
    "compile": ("compile.txt",),
    "docs": ("docs.txt",),
    "test": ("dev.txt", "compile.txt"),
}


def main() -> None:
    """Install what is missing, then become ``python -m ops``."""
    wanted = ALWAYS + ALSO_FOR.get("".join(sys.argv[1:2]), ())
    if not is_installed(wanted):
        LOCAL.mkdir(mode=0o700, exist_ok=True)
        with locked(LOCAL / "install.lock"):
            if not is_installed(wanted):
                make_venv()
                install(wanted)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    os.execve(PYTHON, [str(PYTHON), "-m", "ops", *sys.argv[1:]], environment)


def is_installed(files: Iterable[str]) -> bool:
    """Whether the virtual environment holds what these files ask for now."""
    if not PYTHON.exists():
        return False
    before = installed()
    return all(before.get(name) == digest(name) for name in files)


def installed() -> dict[str, str]:
    """The digest of each requirements file as it was installed, by name."""
    told: dict[str, str] = json.loads(STAMP.read_text()) if STAMP.exists() else {}
    return told


def digest(name: str) -> str:
    """A digest of a requirements file, by which changes are noticed."""
    return hashlib.sha256((ROOT / "requirements" / name).read_bytes()).hexdigest()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file lock, so that two first runs at once do not install over each other."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another run is installing; waiting for it …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_venv() -> None:
    """Make the virtual environment, and make it anew if an interrupted start left an incomplete one."""
    works = PYTHON.exists() and run_quietly([str(PYTHON), "-m", "pip", "--version"])
    if works:
        return
    if importlib.util.find_spec("ensurepip") is None:
        add_venv_support()
    say("Making the virtual environment .venv …")
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)


def add_venv_support() -> None:
    """Install ensurepip, which Debian and Ubuntu package separately from Python."""
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if not apt.can_install() or not apt.install([package], LOCAL / "apt.log"):
        sys.exit(f"This Python cannot make virtual environments. Install {package}, or use Docker: docker compose up")


def install(files: Iterable[str]) -> None:
    """Install the locked requirements, and remember that they are there."""
    before = installed()
    STAMP.unlink(missing_ok=True)
    paths = [ROOT / "requirements" / name for name in files]
    total = sum(pins(path) for path in paths)
    options = ["--require-hashes", "--no-input", "--disable-pip-version-check", "--progress-bar=off"]
    command = [str(PYTHON), "-m", "pip", "install", *options]
    for path in paths:
        command += ["--requirement", str(path)]
    follow_pip(command, total)
    draft = STAMP.with_suffix(".new")
    draft.write_text(json.dumps({**before, **{name: digest(name) for name in files}}))
    draft.replace(STAMP)


def pins(path: Path) -> int:
    """How many packages a requirements file names."""
    return sum("==" in line and not line.startswith((" ", "#")) for line in path.read_text().splitlines())


def follow_pip(command: list[str], total: int) -> None:
    """Run pip and show its progress; the end of its output is shown only if it fails."""
    say(f"Installing {total} locked packages into .venv …")
    words = []
    done = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            words.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                done += 1
                show_progress(done, total, line.split(": ")[-1].removeprefix("Collecting ").split(" ")[0].strip())
            elif line.startswith("Installing collected packages"):
                say("\nUnpacking them …" if sys.stderr.isatty() else "Unpacking them …")
    if pip.returncode != 0:
        sys.exit("".join(words[-20:]) + "\npip could not install the requirements (above: what it said last).")


def show_progress(done: int, total: int, name: str) -> None:
    """On a terminal, one line that is rewritten; elsewhere, a line for every tenth package."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K  {done}/{total} {name}")
        sys.stderr.flush()
    elif done % 10 == 0:
        say(f"  {done}/{total}")


def run_quietly(command: list[str]) -> bool:
    """Whether the command succeeds."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def say(text: str) -> None:
    """Print to stderr: stdout is for the output of the command itself."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
