"""``python -IS ops/healthy.py URL | FILE``: a container's health check, whose result is the exit code.

A URL has to answer 200; a file has to have been touched lately (common.observability.heartbeat). It imports next to
nothing, since it is started again and again beside every process.
"""

import os
import socket
import sys
import time

OLDEST_SECONDS = 30
TIMEOUT_SECONDS = 3


def main() -> None:
    """Exit with 0 if the process is healthy; otherwise print the reason and exit with 1."""
    subject = sys.argv[1]
    reason = asked(subject) if subject.startswith("http://") else aged(subject)
    sys.exit(reason or 0)


def asked(url: str) -> str:
    """What is wrong with the response of ``http://host:port/path``; empty if nothing is."""
    address, _, path = url.removeprefix("http://").partition("/")
    host, _, port = address.partition(":")
    # A host name that every service accepts, whatever address it listens on.
    request = f"GET /{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((host, int(port or 80)), TIMEOUT_SECONDS) as connection:
            connection.sendall(request.encode())
            status = connection.recv(64).split(b" ")[1:2]
    except OSError as error:
        return f"{url} does not answer: {error}"
    return "" if status == [b"200"] else f"{url} answers {status}"


def aged(path: str) -> str:
    """What is wrong with the heartbeat in a file; empty if nothing is."""
    try:
        seconds = time.time() - os.stat(path).st_mtime  # noqa: PTH116 - pathlib takes longer to import than all else
    except OSError as error:
        return f"no sign of life: {error}"
    return "" if seconds <= OLDEST_SECONDS else f"the last sign of life is {seconds:.0f} s old"


if __name__ == "__main__":
    main()
