"""The command line: ``python -m ops COMMAND …``, which manage_all.py runs once everything is installed."""

from __future__ import annotations

import argparse
import pkgutil
import sys
from importlib import import_module

from common.topology import BY_NAME
from ops import commands, django_commands
from ops.errors import OpsError


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    first = arguments[0] if arguments else ""
    try:
        if first in BY_NAME or first == "all":
            return django_commands.run(first, arguments[1:])
        before, after = _split(arguments)
        options = build_parser().parse_args(before)
        options.passed_on = after
        code: int = options.run(options)
        return code
    except OpsError as error:
        print(f"manage_all.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def build_parser() -> argparse.ArgumentParser:
    """Every module in ops/commands is a command; its docstring says what it does."""
    parser = argparse.ArgumentParser(
        prog="manage_all.py",
        epilog=f"Django's own commands: manage_all.py SERVICE ARGS…, or all ARGS…; SERVICE: {', '.join(BY_NAME)}.",
    )
    parsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in pkgutil.iter_modules(commands.__path__):
        command = import_module(f"ops.commands.{module.name}")
        told = (command.__doc__ or "").strip().splitlines()[0]
        # A trailing underscore keeps a module's name from being Python's own: import_ is the command import.
        name = module.name.rstrip("_").replace("_", "-")
        sub = parsers.add_parser(name, help=told, description=command.__doc__)
        command.add_arguments(sub)
        sub.set_defaults(run=command.run)
    return parser


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What is before a ``--`` and what is after it."""
    if "--" not in arguments:
        return arguments, []
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
