"""Files, for those who look after the storage."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from common.admin.actions import ReasonForm, service_action
from common.admin.columns import (
    BAD,
    EMPTY,
    GOOD,
    WAITING,
    Column,
    badge,
    badge_column,
    byte_count,
    elsewhere,
    picture,
)
from common.admin.model_admin import RowsInline, ServiceAdmin
from common.admin.models import Operator
from common.topology import FILES, USERS
from file_svc.files import services
from file_svc.files.models import FileVariant, Status, StoredFile

_TONES = {Status.STORED: GOOD, Status.STORING: WAITING, Status.DELETED: BAD}
_AWAITING = "awaiting"


def _content(file: StoredFile, variant: str = "") -> str:
    # On the page's own origin, where its reader is signed in: staff may read private files as well.
    return f"{FILES.prefixes[0]}{file.pk}/content/" + (f"?variant={variant}" if variant else "")


def _preview(file: StoredFile, variant: str = "thumb") -> str:
    if not file.is_picture or file.status != Status.STORED:
        return EMPTY
    return picture(_content(file, variant), file.name, is_large=variant != "thumb")


def _sizes(file: StoredFile) -> str:
    if not file.is_picture:
        return EMPTY
    if file.awaits_variants:
        return badge("to be made", WAITING)
    return badge(file.variants_problem, BAD) if file.variants_problem else badge("made", GOOD)


class StateFilter(admin.SimpleListFilter):
    """States with a database index each. Without a choice: stored files, or in a search files of every state."""

    title = parameter_name = "state"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [(Status.STORING.value, "storing"), (_AWAITING, "smaller sizes to be made")]

    def choices(self, changelist: Any) -> Any:
        everything, *others = super().choices(changelist)
        return [{**everything, "display": Status.STORED.value}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StoredFile]) -> QuerySet[StoredFile]:
        if self.value() == _AWAITING:
            return queryset.filter(awaits_variants=True)
        if self.value() or not request.GET.get("q"):
            return queryset.filter(status=self.value() or Status.STORED)
        return queryset


class VariantInline(RowsInline):
    """The smaller sizes of a picture."""

    model = FileVariant
    bytes = Column("size", lambda variant: byte_count(variant.size))
    pixels = Column("pixels", lambda variant: f"{variant.width} × {variant.height}")
    shows = ("name", pixels, bytes, "content_type", "made_at")
    ordering = ("size",)
    verbose_name_plural = "smaller sizes"


@admin.register(StoredFile)
class StoredFileAdmin(ServiceAdmin):
    """Everything that was uploaded."""

    status = badge_column("status", _TONES)
    bytes = Column("size", lambda file: byte_count(file.size))
    owner = Column("owner", lambda file: elsewhere(USERS.admin_path, "accounts/user", file.owner_id))
    seen_by = badge_column("visibility", {"private": WAITING}, "visibility")
    pixels = Column("pixels", lambda file: f"{file.width} × {file.height}" if file.width else EMPTY)
    content = Column("content", lambda file: format_html('<a href="{}">Open</a>', _content(file)))
    list_display = ("name", Column("picture", _preview), "purpose", bytes, seen_by, status, owner, "created_at")
    list_filter = (StateFilter,)
    shows = (
        *("id", "name", Column("picture", lambda file: _preview(file, "medium")), content, "purpose", seen_by, status),
        *("content_type", bytes, pixels, Column("smaller sizes", _sizes), "sha256", "key", owner, "version"),
        *("created_at", "updated_at"),
    )
    inlines = (VariantInline,)
    ordering = ("-created_at", "-id")
    search_by = {"pk": UUID, "owner": lambda owner: Q(owner_id=UUID(owner), status=Status.STORED)}
    search_help_text = "The id of a file, or of whose files are looked for."

    @service_action(
        "Delete",
        asks=ReasonForm,
        is_dangerous=True,
        in_bulk=True,
        applies=lambda file: file.status == Status.STORED,
    )
    def delete(self, person: Operator, file: StoredFile, *, reason: str) -> None:
        """Nobody sees it from now on, and its objects leave the storage soon after. There is no way back."""
        services.delete_file(file_id=file.pk, person_id=person.id, is_staff=person.is_staff)
