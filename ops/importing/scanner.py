"""Splitting JSON into rows while it is read, so that a broken row does not affect others, and each has its line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

LONGEST_ROW = 1 << 20
"""In characters. Longer rows are refused, so that no file has to fit into memory."""

_BLOCK = 1 << 16
# A JSON string cannot contain a line break, so an unterminated one ends with its line.
_TOKEN = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*(?P<closed>")?|[\[\]{},]')
_FIRST_ROW = re.compile(r"\s*?(\n[ \t]*\{)")
_OPENING, _CLOSING = "[{", "]}"


@dataclass(frozen=True)
class Part:
    """A piece of a JSON text, and the line of the file it starts on; ``problem`` says why it cannot be used."""

    text: str
    line: int
    problem: str = ""


def rows(stream: TextIO) -> Iterator[tuple[str, Part]]:
    """The rows of the file: those of a list, named ``""``, or those of each list in an object, with the list's name."""
    window = _Window(stream)
    opening = window.mark()
    if opening == "[":
        for row in _Array(window).rows():
            yield "", row
    elif opening == "{":
        yield from _members(window)


def _members(window: _Window) -> Iterator[tuple[str, Part]]:
    """The rows of the object's lists; its other members are skipped."""
    name, depth = "", 0
    while mark := window.mark():
        if mark == "[" and depth == 0:
            for row in _Array(window).rows():
                yield name, row
        elif mark in _OPENING:
            depth += 1
        elif mark in _CLOSING:
            if depth == 0:
                return
            depth -= 1
        elif depth == 0 and mark != ",":
            name = mark.strip('"')
        window.drop(window.at)


class _Window:
    """The part of the file that is in memory: it grows at its end, and is dropped from its beginning."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_whole = False
        self.text = ""
        self.line = 1
        self.at = 0
        """The position up to which it was scanned."""

    def mark(self) -> str:
        """The next bracket, comma or string; nothing at the end of the file."""
        while True:
            found = _TOKEN.search(self.text, self.at)
            if found and (self._is_whole or not self._is_cut_off(found)):
                self.at = found.end()
                return found[0]
            if not found:
                self.at = len(self.text)
            if self._is_whole:
                return ""
            self.grow()

    def grow(self) -> bool:
        """Read one more block; False at the end of the file."""
        block = self._stream.read(_BLOCK)
        self._is_whole = not block
        self.text += block
        return bool(block)

    def drop(self, end: int) -> None:
        """Drop the text before ``end``, and continue from there."""
        self.line += self.text.count("\n", 0, end)
        self.text = self.text[end:]
        self.at = 0

    def part(self, end: int, problem: str = "") -> Part:
        """The text before ``end``, without surrounding white space."""
        text = self.text[:end]
        leading = len(text) - len(text.lstrip())
        return Part(text.strip(), self.line + text.count("\n", 0, leading), problem)

    def _is_cut_off(self, mark: re.Match[str]) -> bool:
        """Whether it is a string that goes on after what was read, whose last character may be half of an escape."""
        is_open = mark[0][0] == '"' and not mark["closed"] and mark.end() >= len(self.text) - 1
        return is_open and mark.end() - mark.start() <= LONGEST_ROW


class _Array:
    """The rows of one list, whose opening bracket was just scanned."""

    def __init__(self, window: _Window) -> None:
        self._window = window
        window.drop(window.at)
        while not window.text.strip() and window.grow():
            pass
        first = _FIRST_ROW.match(window.text)
        self._beginning = first[1] if first else ""
        """How the first row begins, if it is on a line of its own: probably all rows begin like that."""

    def rows(self) -> Iterator[Part]:
        """The texts between the list's commas.

        A row with unbalanced quotes or braces would extend to the end of the file. It is cut where a line begins like
        the first row.
        """
        window, mark = self._window, ","
        while mark == ",":
            mark, too_long = self._border()
            end = window.at - len(mark)
            if too_long:
                yield too_long
            elif restart := self._swallowed(end):
                yield window.part(restart)
                window.drop(restart)
                mark = ","
                continue
            elif (row := window.part(end)).text:
                yield row
            window.drop(window.at)
        if not mark:
            yield Part("", window.line, "the file ends before its list does: it was cut off, or a bracket is missing")

    def _border(self) -> tuple[str, Part | None]:
        """Scan to the comma after the next row, or the bracket after the last. A row that is too long is dropped."""
        window, depth, too_long = self._window, 0, None
        while mark := window.mark():
            if mark in _OPENING:
                depth += 1
            elif mark in _CLOSING and depth:
                depth -= 1
            elif depth == 0 and mark in ",]":
                return mark, too_long
            if window.at > LONGEST_ROW:
                if not too_long and self._swallowed(window.at):
                    break
                too_long = too_long or self._too_long()
                window.drop(window.at)
        return "", too_long

    def _swallowed(self, end: int) -> int:
        """Where the next row begins, if the one that ends here is broken and contains it; otherwise 0."""
        text = self._window.text[:end]
        own = len(text) - len(text.lstrip())
        at = text.find(self._beginning, own) if self._beginning else -1
        return at if at > 0 and not is_json(text) else 0

    def _too_long(self) -> Part:
        row = self._window.part(self._window.at, f"the row is longer than {LONGEST_ROW} characters")
        return Part(row.text[:200], row.line, row.problem)


def is_json(text: str) -> bool:
    """Whether the text is valid JSON."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
