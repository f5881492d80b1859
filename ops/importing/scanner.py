"""JSON split into its parts without reading them, so that one broken row spoils no other and each knows its line."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

# A string may not hold a line break, so an unfinished one ends with its line.
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[\[\]{},]')
_CLOSING = {"[": "]", "{": "}"}


@dataclass(frozen=True)
class Part:
    """A piece of a JSON text, and the line of the file it starts on."""

    text: str
    line: int = 1

    def items(self) -> Iterator[Part]:
        """What stands between this array's or object's commas; the last may be cut off where the file is."""
        line, start = self.line, 0
        for before, border in itertools.pairwise(self._borders()):
            line += self.text.count("\n", start, before + 1)
            start = before + 1
            if item := _trimmed(self.text[start:border], line):
                yield item

    def members(self) -> Iterator[tuple[str, Part]]:
        """This object's names and values. Raises ValueError where there is no name."""
        for item in self.items():
            name, end = json.JSONDecoder().raw_decode(item.text)
            colon = item.text.index(":", end)
            if value := _trimmed(item.text[colon + 1 :], item.line + item.text.count("\n", 0, colon)):
                yield name, value

    def _borders(self) -> Iterator[int]:
        """Where this array or object opens, where its own commas stand, and where it closes."""
        depth, end = 0, ""
        for token in _TOKEN.finditer(self.text):
            mark = token[0]
            end = end or _CLOSING.get(mark, "")
            if depth == 1 and mark in "]}" and mark != end:
                continue  # One too many: it cannot close what it did not open.
            depth += (mark in "[{") - (mark in "]}")
            if (depth == 1 and mark in "[{,") or depth == 0:
                yield token.start()
            if depth == 0:
                return
        yield len(self.text)


def _trimmed(text: str, line: int) -> Part | None:
    """The text without white space around it; None when nothing is left."""
    begun = text.lstrip()
    leading = text[: len(text) - len(begun)]
    return Part(begun.rstrip(), line + leading.count("\n")) if begun else None
