"""List, show and replay the facts that could not be handled."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from kombu import Connection

from common.events import dead_letters
from common.events.dead_letters import DeadLetter
from common.topology import BY_NAME, SERVICES
from ops.errors import OpsError
from ops.platform import Platform

_TIMEOUT_SECONDS = 5
_FAILURE = "SELECT error FROM events_failure WHERE fact_id::text = %s"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``list`` (the default), ``show ID`` and ``replay ID``."""
    parser.add_argument(
        "action", nargs="?", choices=("list", "show", "replay"), default="list", help="default: %(default)s"
    )
    parser.add_argument("id", nargs="?", metavar="ID", help="a dead letter's id, or how it begins")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")


def run(options: argparse.Namespace) -> int:
    """List, show or replay. Raises OpsError if there is no such dead letter."""
    platform = Platform()
    if not platform.is_up():
        raise OpsError("The platform is not running. Bring it up first: python3 manage_all.py up --detach")
    if options.action != "list" and not options.id:
        raise OpsError(f"Say which one: manage_all.py dead-letters {options.action} ID")
    with _broker(platform) as broker:
        letters = [letter for service in SERVICES for letter in dead_letters.dead_letters(broker, service)]
        if options.action == "list":
            _list(letters, as_json=options.json)
            return 0
        for letter in _chosen(letters, options.id):
            if options.action == "show":
                _show(letter, _why(platform, letter), as_json=options.json)
            else:
                _replay(broker, letter)
    return 0


@contextmanager
def _broker(platform: Platform) -> Iterator[Connection]:
    with Connection(platform.state.read("run")["broker"], connect_timeout=_TIMEOUT_SECONDS) as connection:
        yield connection


def _chosen(letters: list[DeadLetter], beginning: str) -> list[DeadLetter]:
    """The dead letters of one fact: several when several services could not handle it."""
    found = [letter for letter in letters if letter.id.startswith(beginning)]
    ids = {letter.id for letter in found}
    if len(ids) != 1:
        raise OpsError(f"{len(ids) or 'No'} dead letters begin with {beginning!r}; the list shows their ids.")
    return found


def _list(letters: list[DeadLetter], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([letter.__dict__ for letter in letters]))
        return
    if not letters:
        print("There are no dead letters.")
        return
    columns = ("id", "service", "fact", "reason", "attempts", "died")
    rows = [
        (letter.id, letter.service, letter.name, letter.reason, letter.attempts, letter.died_at) for letter in letters
    ]
    widths = [max(len(str(row[at])) for row in [columns, *rows]) for at in range(len(columns))]
    for row in [columns, *rows]:
        # Not shortened to the terminal's width: ids are there to be copied.
        print("  ".join(str(value).ljust(width) for value, width in zip(row, widths, strict=True)).rstrip())


def _show(letter: DeadLetter, why: str | None, *, as_json: bool) -> None:
    shown = {**letter.__dict__, "error": why}
    print(json.dumps(shown, indent=None if as_json else 2))


def _why(platform: Platform, letter: DeadLetter) -> str | None:
    """The error of the last attempt, as stored by the service; None if it stored none."""
    url = platform.state.read("run")["databases"][letter.service]
    with psycopg.connect(url, connect_timeout=_TIMEOUT_SECONDS) as database:
        row = database.execute(_FAILURE, [letter.id]).fetchone()
    return str(row[0]) if row else None


def _replay(broker: Connection, letter: DeadLetter) -> None:
    if not dead_letters.replay(broker, BY_NAME[letter.service], letter.id):
        raise OpsError(f"{letter.id} is no longer among the dead letters of {letter.service}.")
    print(f"{letter.name} {letter.id} went back to {letter.queue}.")
