"""``python -m ops.run NAME [--listen HOST:PORT]``: become one process of the platform, as ``up`` starts it.

For containers and other supervisors; the caller has to set the variables of its service.
"""

from __future__ import annotations

import argparse
import os
import sys

from ops import processes


def main() -> None:
    """Replace this process by the one that the command line names."""
    options = _parser().parse_args()
    host, _, port = options.listen.rpartition(":")
    arguments = processes.arguments(host=host, port=int(port))
    os.execv(sys.executable, [sys.executable, "-m", *arguments[options.name]])  # noqa: S606 - no shell is wanted


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ops.run", description="Become one process of the platform.")
    parser.add_argument("name", choices=sorted(processes.arguments()), metavar="NAME")
    parser.add_argument("--listen", default="127.0.0.1:8000", metavar="HOST:PORT", help="where it answers, if it does")
    return parser


if __name__ == "__main__":
    main()
