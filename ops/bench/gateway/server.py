"""A server of the bench's own, started as the gateway's is."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from ops.errors import OpsError
from ops.ports import is_free
from ops.state import LOCAL, ROOT

_STARTING_SECONDS = 30.0
_FIRST_PORT = 33_000


@contextmanager
def server(argv: Sequence[str], environment: Mapping[str, str], *, probe: str) -> Iterator[tuple[int, int]]:
    """Its port and its pid, while it runs; ``{port}`` in the arguments is the port. Raises OpsError."""
    port = next(port for port in range(_FIRST_PORT, _FIRST_PORT + 1000) if is_free(port))
    command = [part.replace("{port}", str(port)) for part in argv]
    with (LOCAL / "bench" / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=dict(environment), cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(process, f"http://127.0.0.1:{port}{probe}")
            yield port, process.pid
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
