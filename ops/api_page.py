"""docs/reference/api.md, generated from the API's document: every operation in a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ops.state import ROOT

PAGE = ROOT / "docs/reference/api.md"

Json = dict[str, Any]

_HEAD = """# API

<!-- Generated from the code by `manage_all.py check --write`; do not edit. -->

Every operation is described in whole – what it takes, gives and can be refused for, with examples – in one OpenAPI
document. A shop that is up serves it at `/api/schema/` and, as a page on which each operation can be tried, at
`/api/docs/`. In the repository it is [openapi.json](../../gateway_svc/gateway/openapi.json). Facts and live feed are in
[asyncapi.json](asyncapi.json).
"""
_TABLE = """| operation | what it does | who may ask |
| --- | --- | --- |"""
_END = """
## For a browser

A browser that asks a path of the API for `text/html` gets it as a page with forms, signed in by `/login/`."""


def render(document: str) -> str:
    """The whole page, from the text of the OpenAPI document."""
    api = json.loads(document)
    sections = (line for tag in api["tags"] for line in _section(tag, api["paths"]))
    return "\n".join([_HEAD, api["info"]["description"], *sections, _END]) + "\n"


def _section(tag: Json, paths: Json) -> Iterator[str]:
    yield from ("", f"## {tag['name']}", "", tag["description"], "", _TABLE)
    for path, methods in paths.items():
        for method, operation in methods.items():
            if tag["name"] in operation["tags"]:
                yield f"| `{method.upper()} {path}` | {operation['summary']} | {_who(operation)} |"


def _who(operation: Json) -> str:
    """Who may call it: an empty requirement in OpenAPI's ``security`` means that authentication is optional."""
    return "anyone" if {} in operation["security"] else "signed in"
