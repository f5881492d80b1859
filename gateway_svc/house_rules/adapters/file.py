"""The rules as a file (TOML), for those who keep settings under version control."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, fields

from common.errors import InvalidInput
from gateway_svc.house_rules import rules
from gateway_svc.house_rules.models import Block, Limit, Route, Rules

HEADING = """\
# What is set at the gateway's door. Whatever is not here is as the environment and the code say.
"""

Errors = dict[str, list[str]]

# As they stand there: what Django would make of anything else is nobody's wish.
_TYPES = {fields.PositiveIntegerField: int, fields.BooleanField: bool, fields.CharField: str}
_NAMES = {fields.PositiveIntegerField: "a whole number", fields.BooleanField: "true or false", fields.CharField: "text"}


def written(wanted: Rules) -> str:
    """The same rules always make the same text; what is not set does not stand in it."""
    tables = [
        *_named("limits", {limit.label: limit for limit in wanted.limits}),
        *_named("routes", {route.path: route for route in wanted.routes}),
        *("\n".join(["[[blocks]]", *_lines(_block(each))]) for each in sorted(wanted.blocks, key=str)),
    ]
    return "\n\n".join([HEADING.rstrip(), *tables]) + "\n"


def read(text: str) -> Rules:
    """What a file says. Raises InvalidInput, with each bad key and what is allowed there."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # of a number that is too long, or tables within tables for ever
        raise InvalidInput(f"This is not TOML: {error}.") from error
    errors: Errors = {key: ["There is no such table."] for key in document.keys() - {"limits", "routes", "blocks"}}
    found = Rules(
        tuple(_rules(Limit, "limits", document, errors)),
        tuple(_rules(Route, "routes", document, errors)),
        tuple(_blocks(document.get("blocks", []), errors)),
    )
    if errors:
        raise InvalidInput(errors=errors)
    return found


def _named(table: str, rows: Mapping[str, Limit | Route]) -> Iterator[str]:
    for name, row in sorted(rows.items()):
        if values := _set(row):
            yield "\n".join([f"[{table}.{json.dumps(name)}]", *_lines(values)])


def _set(row: Limit | Route) -> dict[str, Any]:
    """What of it is not as the code says."""
    return {field.name: value for field in _fields(type(row)) if (value := getattr(row, field.name))}


def _block(block: Block) -> dict[str, Any]:
    values = {block.kind: block.value, "reason": block.reason}
    return values if block.ends_at is None else {**values, "ends_at": block.ends_at.astimezone(UTC)}


def _lines(values: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in values.items()]


def _value(value: Any) -> str:
    """As TOML has it; its strings are JSON's, but for one character more that is escaped."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _rules(model: type[Limit] | type[Route], table: str, document: Mapping[str, Any], errors: Errors) -> Iterator[Any]:
    rows = document.get(table, {})
    if not isinstance(rows, dict):
        errors[table] = ["This is a table, of tables."]
        return
    for name, values in rows.items():
        where = f"{table}.{name}"
        known = {field.name for field in _fields(model)}
        if not isinstance(values, dict):
            errors[where] = [f"This is a table, with {', '.join(sorted(known))}."]
        elif unknown := values.keys() - known:
            errors[where] = [f"There is no {each}; there are: {', '.join(sorted(known))}." for each in sorted(unknown)]
        elif strange := {key for key, value in values.items() if type(value) is not _TYPES[type(_field(model, key))]}:
            errors.update({f"{where}.{key}": [f"This is {_NAMES[type(_field(model, key))]}."] for key in strange})
        else:
            yield _checked(model(pk=name, **values), where, errors)


def _blocks(rows: Any, errors: Errors) -> Iterator[Block]:
    if not isinstance(rows, list):
        errors["blocks"] = ["This is an array of tables: [[blocks]]."]
        return
    seen: set[tuple[str, str]] = set()
    for number, values in enumerate(rows):
        where = f"blocks.{number}"
        try:
            block = _read_block(values)
        except ValueError as error:
            errors[where] = [str(error)]
            continue
        if (block.kind, block.value) in seen:
            errors[where] = [f"{block} stands here twice."]
        seen.add((block.kind, block.value))
        yield _checked(block, where, errors)


def _read_block(values: Any) -> Block:
    """Raises ValueError, whose text is for people."""
    kinds = [kind for kind, _ in rules.KINDS if isinstance(values, dict) and kind in values]
    if len(kinds) != 1 or values.keys() - {kinds[0], "reason", "ends_at"}:
        raise ValueError(
            f"A block has one of {', '.join(kind for kind, _ in rules.KINDS)}; a reason; an ends_at or not."
        )
    ends_at = values.get("ends_at")
    if ends_at is not None and not (isinstance(ends_at, datetime) and ends_at.tzinfo):
        raise ValueError("ends_at is a time with its zone, such as 2030-01-31T12:00:00Z.")
    if ends_at is not None:
        ends_at = _in_utc(ends_at)
    value, reason = values[kinds[0]], values.get("reason", "")
    if not (isinstance(value, str) and isinstance(reason, str)):
        raise ValueError(f"{kinds[0]} and reason are texts.")  # noqa: TRY004 - as every other mistake in a file
    return Block(kind=kinds[0], value=rules.named(kinds[0], value), reason=reason, ends_at=ends_at)


def _in_utc(moment: datetime) -> datetime:
    """PostgreSQL would take later ones than Python can read. Raises ValueError, whose text is for people."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{moment.isoformat()} is too {'late' if moment.year > 1 else 'early'}.") from None


def _checked(row: Model, where: str, errors: Errors) -> Any:
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        errors.update({f"{where}.{field}": reasons for field, reasons in error.message_dict.items()})
    texts = {name: value for name, value in vars(row).items() if isinstance(value, str)}
    errors.update({f"{where}.{name}": ["A NUL is nowhere allowed."] for name, value in texts.items() if "\0" in value})
    return row


def _field(model: type[Limit] | type[Route], name: str) -> Any:
    return model._meta.get_field(name)


def _fields(model: type[Limit] | type[Route]) -> Sequence[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]
