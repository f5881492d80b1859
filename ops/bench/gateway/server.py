"""Servers that a benchmark starts itself."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from ops.errors import OpsError
from ops.ports import is_free
from ops.state import LOCAL, ROOT

BENCH = LOCAL / "bench"

_STARTING_SECONDS = 30.0
_FIRST_PORT = 33_000


class Running(NamedTuple):
    """A server that is up."""

    port: int
    pid: int


@contextmanager
def server(
    argv: Callable[[int], Sequence[str]], environment: Mapping[str, str], *, probe: str = "/"
) -> Iterator[Running]:
    """Run a server, started by ``argv(port)`` on a free port, until the context ends.

    Raises OpsError if it does not answer at ``probe`` within 30 seconds.
    """
    port = next(port for port in range(_FIRST_PORT, _FIRST_PORT + 1000) if is_free(port))
    with (BENCH / f"server-{port}.log").open("wb") as log:
        process = subprocess.Popen(argv(port), env=dict(environment), cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(process, f"http://127.0.0.1:{port}{probe}")
            yield Running(port, process.pid)
        finally:
            process.terminate()
            process.wait(_STARTING_SECONDS)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    give_up_at = time.monotonic() + _STARTING_SECONDS
    while time.monotonic() < give_up_at and process.poll() is None:
        try:
            with urlopen(url, timeout=1):  # noqa: S310 - a URL of our own
                return
        except (HTTPError, URLError, OSError):
            time.sleep(0.1)
    raise OpsError(f"{' '.join(map(str, process.args))} does not answer.")  # type: ignore[arg-type]
