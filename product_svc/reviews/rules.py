"""What a review may say, who may touch it, and how its author is shown."""

from __future__ import annotations

from uuid import UUID

from common.person import Person

WORST_RATING = 1
BEST_RATING = 5

MAX_TITLE = 120
MAX_BODY = 5_000
MAX_IMAGES = 6
MAX_AUTHOR = 60
MAX_EXCERPT = 280

NAMELESS = "A customer"


def may_change(person: Person, *, author_id: UUID) -> bool:
    """Nobody puts words into another's mouth, not even the house."""
    return person.id == author_id


def may_withdraw(person: Person, *, author_id: UUID) -> bool:
    """The house may take down what should not stand there."""
    return person.is_staff or person.id == author_id


def shown_name(full_name: str) -> str:
    """As whom everybody sees an author: ``Ada L.``; of an email address, which is not for showing, its beginning."""
    first, *others = full_name.split() or [NAMELESS]
    if not others:
        return (first.partition("@")[0] or NAMELESS)[:MAX_AUTHOR]
    initial = f" {others[-1][0]}."
    return first[: MAX_AUTHOR - len(initial)] + initial


def excerpt_of(body: str) -> str:
    """How a text begins; all of it, when it is short."""
    return body if len(body) <= MAX_EXCERPT else f"{body[: MAX_EXCERPT - 1].rstrip()}…"
