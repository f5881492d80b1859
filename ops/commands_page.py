"""docs/reference/commands.md, generated from the ``--help`` of each command."""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator
from pathlib import Path

from common.topology import SERVICES
from ops.__main__ import build_parser
from ops.state import ROOT

PAGE = ROOT / "docs/reference/commands.md"

_HEAD = """# Commands

<!-- Generated from the code by `manage_all.py check --write`; do not edit. -->

`python3 manage_all.py COMMAND` does everything. It needs Python 3.11 or newer; the first call makes `.venv` and
installs the locked requirements. Every command tells this with `--help`. A command ends with 0 when all went well.
"""
_DJANGO = """
## Django's own commands

`manage_all.py SERVICE ARGS…` is `manage.py` of one service, with the environment of the platform that is up:
`manage_all.py order_svc shell`. `manage_all.py all ARGS…` asks each of them in turn: `manage_all.py all migrate`.
These commands are ours:

| command | what it does |
| --- | --- |"""


def render() -> str:
    """The whole page."""
    parsers = _parsers(build_parser())
    sections = (line for name, parser in parsers.items() for line in _section(name, parser))
    return "\n".join([_HEAD, *_overview(parsers), *sections, _DJANGO, *_of_services()]) + "\n"


def _parsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (commands,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(commands.choices)


def _overview(parsers: dict[str, argparse.ArgumentParser]) -> Iterator[str]:
    yield "| command | what it does |"
    yield "| --- | --- |"
    for name, parser in parsers.items():
        yield f"| [`{name}`](#{name}) | {(parser.description or '').splitlines()[0]} |"


def _section(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield from ("", f"## {name}", "", (parser.description or "").strip())
    arguments = [action for action in parser._actions if not isinstance(action, argparse._HelpAction)]
    if arguments:
        yield from ("", "| argument | what it does |", "| --- | --- |")
        yield from (f"| {_names(action)} | {_help(action, parser)} |" for action in arguments)


def _names(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"`{action.metavar or _choices(action) or action.dest.upper()}`"
    value = "" if action.nargs == 0 else f" {action.metavar or _choices(action) or action.dest.upper()}"
    return ", ".join(f"`{option}{value}`" for option in action.option_strings)


def _choices(action: argparse.Action) -> str:
    return ", ".join(map(str, action.choices or ()))


def _help(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    return ((action.help or "–") % {**vars(action), "prog": parser.prog}).replace("|", "\\|")


def _of_services() -> Iterator[str]:
    for house in ("common", *(service.name for service in SERVICES)):
        for source in sorted((ROOT / house).glob("*/management/commands/[!_]*.py")):
            yield f"| `{'SERVICE' if house == 'common' else house} {source.stem}` | {_told_by(source)} |"


def _told_by(source: Path) -> str:
    """The ``help`` of a Django command: a string, or else the first line of the module's docstring."""
    module = ast.parse(source.read_text())
    for node in ast.walk(module):
        match node:
            case ast.Assign(targets=[ast.Name(id="help")], value=ast.Constant(str(text))):
                return text
    return (ast.get_docstring(module) or "–").splitlines()[0]
