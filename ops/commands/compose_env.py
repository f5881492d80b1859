"""Write the .env that `docker compose up` reads, with secrets of its own; in one that is there, add what is missing."""

from __future__ import annotations

import argparse
from pathlib import Path

from ops import compose_env
from ops.progress import console
from ops.state import ROOT
from ops.supervisor.spec import write_atomically


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "--public-url",
        metavar="URL",
        help="where others reach the shop, such as https://shop.example; without it, it is for a trial here",
    )
    parser.add_argument("--file", type=Path, default=ROOT / ".env", help="instead of .env beside compose.yaml")
    parser.add_argument("--print", action="store_true", help="print a new one instead of writing a file")


def run(options: argparse.Namespace) -> int:
    """Write or print the file; an existing one is only added to."""
    if options.print:
        print(compose_env.extended("", compose_env.complete({}, public_url=options.public_url)), end="")
        return 0
    text = options.file.read_text() if options.file.exists() else ""
    made = compose_env.complete(compose_env.read(text), public_url=options.public_url)
    if made:
        write_atomically(options.file, compose_env.extended(text, made))
    told = f"{options.file}: {len(made)} variables added." if made else f"{options.file} lacks nothing."
    console.print(told, soft_wrap=True)
    return 0
