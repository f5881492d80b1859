"""docs/reference/facts.md, generated from the code: each fact, its fields, who tells it and who reacts."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import types
import typing
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from common.contracts import Contract, all_contracts
from common.topology import DEAD_EXCHANGE, FACTS_EXCHANGE, SERVICES
from ops.state import ROOT
from ops.subscribers import subscribers_of

PAGE = ROOT / "docs/reference/facts.md"

_HEAD = f"""# Facts

<!-- Generated from the code by `manage_all.py check --write`; do not edit. -->

A fact is something that happened, told once, in the past tense. It travels as a Celery task message on the topic
exchange `{FACTS_EXCHANGE}`; its name is the task's name and the routing key, its id the task's id. The task has one
keyword argument:

```json
{{"fact": {{"id": "…", "name": "orders.order_placed.v1", "aggregate": "…", "version": 1,
           "occurred_at": "2026-11-22T12:00:00.000Z", "request_id": "…", "traceparent": "00-…", "data": {{}}}}}}
```

A service hears facts in its queue `<service>.facts` (or `<service>.work`, when handling one means talking to the
outside world); retries travel on its own exchange `<service>.private`, and what cannot be handled ends in
`<service>.dead` by way of `{DEAD_EXCHANGE}`. A *required* fact that reaches no queue is kept in the outbox and tried
again; an *open* one may go unheard. A † marks personal data.
"""


def render() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_overview(), *(line for contract in all_contracts() for line in _section(contract))])


def _overview() -> Iterator[str]:
    yield "| fact | told by | heard by |"
    yield "| --- | --- | --- |"
    for contract in all_contracts():
        hearers = ", ".join(subscriber.service.name for subscriber in subscribers_of(contract.name)) or "–"
        yield f"| [`{contract.name}`](#{_anchor(contract)}) | {teller_of(contract)} | {hearers} |"
    yield ""


def _section(contract: type[Contract]) -> Iterator[str]:
    yield f"## {contract.name}"
    yield ""
    yield inspect.cleandoc(contract.__doc__ or "")
    yield ""
    kind = "Required" if contract.required else "Open"
    yield f"{kind}; about the aggregate `{contract.aggregate_field}`; told by {teller_of(contract)}."
    yield ""
    yield "| field | type |"
    yield "| --- | --- |"
    yield from (f"| {_mark(contract, name)} | `{kind}` |" for name, kind in _fields(contract))
    yield ""
    for subscriber in subscribers_of(contract.name):
        where = "on its work queue, outside a transaction" if subscriber.outside else "in one transaction"
        yield f"- {subscriber.service.name}: `{subscriber.handler}`, {where} ({subscriber.source})"
    yield ""


def _fields(kind: type, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The fields of a dataclass; those of nested ones by their path."""
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        if field.name == "version" and not prefix:
            continue
        hint = hints[field.name]
        inner = next((inner for inner in typing.get_args(hint) if dataclasses.is_dataclass(inner)), None)
        if inner is None:
            yield f"{prefix}{field.name}", _type_name(hint)
        else:
            yield f"{prefix}{field.name}", "list of objects"
            yield from _fields(typing.cast(type, inner), f"{prefix}{field.name}[].")


def _type_name(hint: object) -> str:
    if typing.get_origin(hint) is tuple:
        return f"list of {_type_name(typing.get_args(hint)[0])}"
    if isinstance(hint, types.UnionType):
        return f"{_type_name(typing.get_args(hint)[0])} or null"
    return {str: "string", int: "integer", bool: "boolean"}[typing.cast(type, hint)]


def _mark(contract: type[Contract], name: str) -> str:
    return f"`{name}` †" if name in contract.personal_fields() else f"`{name}`"


def _anchor(contract: type[Contract]) -> str:
    return contract.name.replace(".", "")


def teller_of(contract: type[Contract]) -> str:
    """The name of the service whose fact it is."""
    return _tellers().get(contract.__name__, "–")


@lru_cache(maxsize=1)
def _tellers() -> dict[str, str]:
    """The service whose events.py uses a contract, by the contract's class name."""
    return {
        name: service.name
        for service in SERVICES
        for source in sorted((ROOT / service.name).glob("*/events.py"))
        for name in _names_in(source)
    }


def _names_in(source: Path) -> Iterator[str]:
    """The names that its functions use; imports are not among them."""
    names = (
        ast.unparse(node)
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Name | ast.Attribute)
    )
    return (name.rpartition(".")[2] for name in names)
