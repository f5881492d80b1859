"""Which handler subscribes to which fact, read from the services' source without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import common.contracts
from common.contracts import Contract
from common.topology import SERVICES, Service
from ops.state import ROOT


@dataclass(frozen=True)
class Subscriber:
    """A handler and the fact that it subscribes to."""

    service: Service
    contract: type[Contract]
    handler: str
    outside: bool
    source: Path


@lru_cache(maxsize=1)
def all_subscribers() -> tuple[Subscriber, ...]:
    """Every ``@subscribe(Contract)`` of every service."""
    return tuple(
        subscriber
        for service in SERVICES
        for source in sorted((ROOT / service.name).glob("*/handlers.py"))
        for subscriber in _in_source(service, source)
    )


def subscribers_of(name: str) -> list[Subscriber]:
    """The subscribers of the fact of this name."""
    return [subscriber for subscriber in all_subscribers() if subscriber.contract.name == name]


def _in_source(service: Service, source: Path) -> Iterator[Subscriber]:
    for node in ast.parse(source.read_text()).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "subscribe":
                contract = getattr(common.contracts, ast.unparse(decorator.args[0]))
                outside = any(keyword.arg == "outside" for keyword in decorator.keywords)
                yield Subscriber(service, contract, node.name, outside, source.relative_to(ROOT))
