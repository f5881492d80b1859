"""compose.yaml, as Compose reads it: anchors merged, variables filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
ASKED = re.compile(r"(?<!\$)\$\{([A-Z0-9_]+)(:[-?])?")
_INSIDE = re.compile(r"([A-Z0-9_]+)(?::([-?])(.*))?", re.DOTALL)


def as_written() -> dict[str, Any]:
    """The file with its variables as they are written."""
    return dict(YAML(typ="safe").load(ROOT / "compose.yaml"))


def filled_in(values: Mapping[str, str]) -> dict[str, Any]:
    """The file with these values filled in. Raises LookupError if a required variable is missing."""
    return dict(_filled(as_written(), values))


def services(values: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Its services, with these values."""
    return dict(filled_in(values)["services"])


def asked() -> set[str]:
    """Every variable that the file refers to."""
    return {name for name, _ in ASKED.findall((ROOT / "compose.yaml").read_text())}


def required() -> set[str]:
    """The variables without which it does not start."""
    return {name for name, kind in ASKED.findall((ROOT / "compose.yaml").read_text()) if kind == ":?"}


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace ``$$``, ``${NAME}``, ``${NAME:-default}`` and ``${NAME:?reason}``, also nested ones."""
    before, dollar, after = text.partition("$")
    if not dollar:
        return text
    if after.startswith("$"):
        return f"{before}${fill(after[1:], values)}"
    end = _closing_brace(after)
    return before + _value(after[1:end], values) + fill(after[end + 1 :], values)


def _filled(node: Any, values: Mapping[str, str]) -> Any:
    match node:
        case str():
            return fill(node, values)
        case dict():
            return {key: _filled(value, values) for key, value in node.items()}
        case list():
            return [_filled(value, values) for value in node]
    return node


def _value(inside: str, values: Mapping[str, str]) -> str:
    parts = _INSIDE.fullmatch(inside)
    if parts is None:
        raise ValueError(f"${{{inside}}}")
    name, kind, rest = parts.groups()
    if value := values.get(name):
        return value
    if kind == "?":
        raise LookupError(f"{name}: {rest}")
    return fill(rest or "", values)


def _closing_brace(text: str) -> int:
    depth = 0
    for at, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0:
            return at
    raise ValueError(text)
