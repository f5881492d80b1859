"""The rules of the door as a file."""

from __future__ import annotations

import difflib
import logging
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from common import clock
from common.admin import history
from common.admin.models import Operator
from common.errors import DomainError
from gateway_svc.house_rules import selectors, services
from gateway_svc.house_rules.adapters import file
from gateway_svc.house_rules.models import Rules

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """export prints what is set; diff FILE says what import would change, and ends with 1 if that is anything;
    import FILE has just what stands in the file, all of it or nothing. The empty file: all as the environment and the
    code say, and nobody blocked.
    """

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        commands.add_parser("export", help="print what is set")
        for name, about in (("diff", "what import would change"), ("import", "have what stands in the file")):
            commands.add_parser(name, help=about).add_argument("name", metavar="FILE", help="- for standard input")

    def handle(self, *_args: Any, what: str, name: str = "", **_options: Any) -> None:
        now = clock.now()
        there = selectors.rules_that_hold(now=now)
        if what == "export":
            self.stdout.write(file.written(there), ending="")
            return
        wanted = _read(name)
        try:
            if what == "import":
                _import(wanted, name, now=now)
            else:
                services.rehearse(wanted, now=now)
        except DomainError as error:
            raise CommandError(_told(error)) from error
        changes = "\n".join(_changes(there, wanted, name))
        if changes:
            self.stdout.write(changes)
        if what == "diff" and changes:
            sys.exit(1)


@transaction.atomic
def _import(wanted: Rules, name: str, *, now: datetime) -> None:
    """Have these rules, and write down in the history who did it."""
    person = Operator.at_this_machine()
    person.is_known()
    for change in services.take_over(wanted, now=now):
        values = ", ".join(f"{field} {value}" for field, value in change.values.items())
        history.write_down(person, change.rule, f"Import {name}: {values}")
    logger.info("house rules were imported", extra={"file": name, "by": person.name})


def _read(name: str) -> Rules:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        return file.read(text)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read: {error}") from error
    except DomainError as error:
        raise CommandError(_told(error)) from error


def _changes(there: Rules, wanted: Rules, name: str) -> list[str]:
    old, new = file.written(there).splitlines(), file.written(wanted).splitlines()
    return list(difflib.unified_diff(old, new, "what is set", name, lineterm=""))


def _told(error: DomainError) -> str:
    return "\n".join([error.detail, *(f"  {key}: {' '.join(reasons)}" for key, reasons in error.errors.items())])
