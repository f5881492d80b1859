"""The modules on the gateway's request path as C extensions, compiled from the same sources by mypyc (docs/adr/0032).

``python -m ops.compiled FOLDER`` puts them beside the modules there, while an image is built.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from ops import procfs
from ops.errors import OpsError
from ops.state import LOCAL, ROOT

FOLDER = LOCAL / "compiled"
_PACKAGE = "gateway_svc"
# Everything on the path of a request that is proxied, or answered from the cache.
_FOLDERS = ("gateway/cache", "gateway/limits", "gateway/middleware", "gateway/server", "gateway/upstreams")
_MODULES = (
    "app",
    "assertions",
    "at_once",
    "bounded_cache",
    "cookies",
    "deadline",
    "ended_sessions",
    "exchange",
    "heads",
    "house_rules",
    "lines",
    "measures",
    "passage",
    "principals",
    "proxies",
    "proxy",
    "request_head",
    "retries",
    "room",
    "routes",
    "static_files",
    "tallies",
    "tokens",
)
LEFT_AS_THEY_ARE = {
    "gateway/cache/filling.py": "msgspec makes its classes",
    "gateway/server/sockets.py": "WebSockets: opened once, then passed through",
    "gateway/upstreams/checks.py": "off the way",
    "gateway/upstreams/gauges.py": "off the way",
    "gateway/upstreams/socket.py": "WebSockets: opened once, then passed through",
    "gateway/upstreams/treatment.py": "settings read its defaults off the class",
}
_HOW = (
    "--config-file=",
    "--follow-imports=silent",
    "--ignore-missing-imports",
    "--namespace-packages",
    "--explicit-package-bases",
)
_LONGEST_SECONDS = 900.0


def modules(folder: Path = ROOT) -> list[str]:
    """The files to compile, relative to this folder."""
    package = folder / _PACKAGE
    found = [path for each in _FOLDERS for path in package.joinpath(each).glob("*.py") if not path.match("__*__.py")]
    found += [package / "gateway" / f"{name}.py" for name in _MODULES]
    found += [package / "catalogue" / "rules.py"]
    names = sorted(str(path.relative_to(package)) for path in found)
    return [f"{_PACKAGE}/{name}" for name in names if name not in LEFT_AS_THEY_ARE]


def place() -> Path:
    """The folder for the extensions of the current sources and this Python; another for every change of them."""
    digest = hashlib.sha256(f"{sys.implementation.cache_tag} {sys.prefix}\n".encode() + Path(__file__).read_bytes())
    for path in _sources():
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return FOLDER / digest.hexdigest()[:16]


def variables() -> dict[str, str]:
    """Variables that make a process load the extensions; empty if the current sources are not compiled."""
    compiled = place()
    # Without the second one, Python would search the working directory first.
    return {"PYTHONPATH": _path(compiled), "PYTHONSAFEPATH": "1"} if compiled.is_dir() else {}


def is_possible() -> bool:
    """Whether there are a C compiler and the header files of this Python."""
    header = Path(sysconfig.get_path("include"), "Python.h")
    return shutil.which(os.environ.get("CC", "gcc")) is not None and header.is_file()


def make_if_possible() -> bool:
    """Compile, and return True; without a compiler, return False, and the modules run uncompiled. Raises OpsError."""
    if not is_possible():
        return False
    make()
    return True


def make() -> Path:
    """Compile the current sources, unless that was done already. Returns the folder. Raises OpsError."""
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process may have compiled the same meanwhile
        compiled = place()
        if not compiled.is_dir():
            _clear_away()
            half = compiled.with_suffix(".half")
            shutil.copytree(ROOT / _PACKAGE, half / _PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
            compile_in(half)
            half.rename(compiled)
    return compiled


def compile_in(folder: Path) -> None:
    """Put an extension beside each module that is compiled. Raises OpsError, with the compiler's messages."""
    if not is_possible():
        raise OpsError("There is no C compiler, or no Python.h. On Debian and Ubuntu: apt-get install gcc python3-dev")
    command = [sys.executable, "-m", "mypyc", *_HOW, *modules(folder)]
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    how = {"MYPYC_OPT_LEVEL": "1", "MYPYC_DEBUG_LEVEL": "0", "MYPYPATH": str(ROOT), "PYTHONPATH": path}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **how},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_LONGEST_SECONDS,
        check=False,
    )
    if done.returncode:
        said = "\n".join(_complaints(done.stdout))
        raise OpsError(f"The gateway could not be compiled.\n{said}")
    for left in ("build", ".mypy_cache"):
        shutil.rmtree(folder / left, ignore_errors=True)


def _sources() -> list[Path]:
    """All files that are copied, templates too; and those that determine the types of what they import."""
    package = [path for path in (ROOT / _PACKAGE).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return sorted([*package, *(ROOT / "common").rglob("*.py"), *(ROOT / "requirements").glob("*.txt")])


def _clear_away() -> None:
    """Delete what was compiled from other sources, unless a process still runs it, which reads its templates there."""
    for each in FOLDER.iterdir():
        if each.is_dir() and not procfs.carrying(f"PYTHONPATH={_path(each)}"):
            shutil.rmtree(each)


def _path(compiled: Path) -> str:
    return os.pathsep.join([str(compiled), str(ROOT)])


def _complaints(said: str) -> Iterator[str]:
    lines = said.splitlines()
    yield from [line for line in lines if "error:" in line] or lines[-20:]


if __name__ == "__main__":
    compile_in(Path(sys.argv[1]).resolve())
