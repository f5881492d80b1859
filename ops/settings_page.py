"""docs/reference/settings.md, generated from `.env.example`: each variable with the comment above it."""

from __future__ import annotations

from collections.abc import Iterator

from ops.state import ROOT

PAGE = ROOT / "docs/reference/settings.md"
_SOURCE = ROOT / ".env.example"
_RULE = "──"

_HEAD = """# Settings

<!-- Generated from .env.example by `manage_all.py check --write`; do not edit. -->

A process is configured by variables of its environment and by nothing else. A test holds that these are all the
variables that the code reads. In brackets stands the value of `.env.example`: the default where there is one, else an
example."""
_TABLE = """
| variable | what it is |
| --- | --- |"""


def render() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *tables(_SOURCE.read_text())]) + "\n"


def tables(source: str) -> Iterator[str]:
    """A comment belongs to the variable after it; one before an empty line is a paragraph of its own."""
    comments: list[str] = []
    for line in source.splitlines():
        text = line.removeprefix("#").strip()
        if line.startswith("#") and text.startswith(_RULE):
            yield from ("", f"## {text.strip('─ ')}", _TABLE)
        elif line.startswith("#"):
            comments.append(text)
        elif line:
            name, _, value = line.partition("=")
            yield f"| `{name}` | {_cell(comments, value)} |"
            comments = []
        elif comments:
            yield from ("", *comments)
            comments = []


def _cell(comments: list[str], value: str) -> str:
    told = " ".join(comments).replace("|", "\\|").replace("<", "&lt;")
    return f"{told} (`{value}`)".strip() if value else told
