"""Values as people read them, in a column of a list or a line of a page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join

from common.money import Money

GOOD, WAITING, BAD, PLAIN = "good", "waiting", "bad", "plain"
"""What a state means to whoever looks after it; each has a colour, and none is told by colour alone."""
EMPTY = "–"


class Column:
    """A heading, and how a row's value is written below it; in the words in which Django asks for them."""

    def __init__(self, label: str, write: Callable[[Any], Any]) -> None:
        self.short_description = label
        self.__name__ = label.replace(" ", "_")
        self._write = write

    def __call__(self, row: Any) -> Any:
        return self._write(row)


def badge(state: str, tone: str = PLAIN) -> str:
    """A state on a coloured ground."""
    return format_html('<span class="badge badge-{}">{}</span>', tone, state.replace("_", " "))


def badge_column(field: str, tones: Mapping[Any, str], label: str = "") -> Column:
    """A state, its tone by its value."""
    return Column(label or field, lambda row: badge(str(getattr(row, field)), tones.get(getattr(row, field), PLAIN)))


def badges_column(field: str, tones: Mapping[Any, str] | None = None, label: str = "") -> Column:
    """Several states of one row."""
    known = tones or {}

    def write(row: Any) -> str:
        return format_html_join(" ", "{}", ((badge(each, known.get(each, PLAIN)),) for each in getattr(row, field)))

    return Column(label or field, write)


def yes_no(is_so: bool, *, yes: str = "yes", no: str = "no", good: bool = True) -> str:  # noqa: FBT001 - said by its name
    """A badge of one of two words; ``good`` is whether yes is what one hopes for."""
    return badge(yes if is_so else no, GOOD if is_so == good else BAD)


def moment(at: datetime | None) -> str:
    """``28 Nov 2026, 03:08:13 UTC``."""
    return EMPTY if at is None else localize(at)


def money(minor: int | None, currency: str) -> str:
    """``19.99 USD``."""
    return EMPTY if minor is None else str(Money(minor, currency))


def money_column(field: str, currency: str = "currency", label: str = "") -> Column:
    """The amount of ``field`` in minor units, with its currency; ``price_minor`` is headed ``price``."""
    heading = label or field.removesuffix("_minor").replace("_", " ")
    return Column(heading, lambda row: money(getattr(row, field), getattr(row, currency)))


def json_column(field: str, label: str = "") -> Column:
    """Data, one member a line."""

    def write(row: Any) -> str:
        return as_json(getattr(row, field))

    return Column(label or field, write)


def as_json(data: Any) -> str:
    """Data, one member a line."""
    return format_html('<pre class="data">{}</pre>', json.dumps(data, indent=2, ensure_ascii=False, default=str))


def row_link(row: Any, text: str = "") -> str:
    """The way to a row's page in this admin."""
    options = row._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', address, text or str(row))


def link_column(field: str, label: str = "") -> Column:
    """The way to the row that a foreign key points at; let ``list_select_related`` fetch it."""

    def write(row: Any) -> str:
        other = getattr(row, field)
        return EMPTY if other is None else row_link(other)

    return Column(label or field, write)


def elsewhere(admin_path: str, model_path: str, key: Any, text: str = "") -> str:
    """The way to a row in another service's admin, whether it is there or not."""
    return (
        EMPTY if not key else format_html('<a href="{}{}/{}/change/">{}</a>', admin_path, model_path, key, text or key)
    )


def picture(address: str, alt: str = "", *, is_large: bool = False) -> str:
    """A picture, small enough for a list unless said otherwise."""
    kind = "preview large" if is_large else "preview"
    return format_html('<img class="{}" src="{}" alt="{}" loading="lazy">', kind, address, alt)


def byte_count(size: int) -> str:
    """``1.4 MiB``."""
    amount = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024 or unit == "GiB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
