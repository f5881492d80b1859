"""The local mailbox, as far as the demo has to look into it."""

from __future__ import annotations

from pathlib import Path


def has_mail(mailbox: Path, *, to: str, about: str) -> bool:
    """Whether a message to that address that speaks of something lies in the mailbox."""
    return any(to in text and about in text for text in map(_text, mailbox.rglob("*")))


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.is_file() else ""
