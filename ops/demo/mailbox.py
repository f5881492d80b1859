"""Looking for mail in the local mailbox."""

from __future__ import annotations

from pathlib import Path


def has_mail(mailbox: Path, *, to: str, about: str) -> bool:
    """Whether the mailbox has a message that contains this address and this text."""
    return any(to in text and about in text for text in map(_text, mailbox.rglob("*")))


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.is_file() else ""
