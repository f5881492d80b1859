"""When a file can be shown to everybody."""

from __future__ import annotations

PUBLIC = "public"

SIZES = ("thumb", "medium", "large")


def flaw_of(*, is_deleted: bool, content_type: str, purpose: str, visibility: str, wanted_for: str) -> str | None:
    """What keeps a file from being shown for a purpose, in a sentence for whoever wants to; None when nothing does."""
    if is_deleted:
        return "This file was deleted."
    if not content_type.startswith("image/"):
        return "This file is not a picture."
    if purpose != wanted_for:
        return f"This picture was uploaded for another purpose than {wanted_for}."
    if visibility != PUBLIC:
        return "This picture is private."
    return None
