"""What is known of files, and where they are found as pictures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings

from product_svc.pictures import rules
from product_svc.pictures.models import Picture


@dataclass(frozen=True)
class Verdict:
    """What can be said of a file that somebody wants to show: whose it is, and what keeps it from being shown."""

    is_known: bool = False
    owner_id: UUID | None = None
    flaw: str | None = None


def verdicts(file_ids: Collection[UUID], *, wanted_for: str) -> dict[UUID, Verdict]:
    """What can be said of each of these files, when it is to be shown for this purpose."""
    pictures = Picture.objects.in_bulk(file_ids)
    return {
        file_id: _verdict(pictures[file_id], wanted_for=wanted_for) if file_id in pictures else Verdict()
        for file_id in file_ids
    }


def addresses(file_id: UUID) -> dict[str, str]:
    """Where a picture is found, in each of the sizes that file_svc keeps it in."""
    content = urljoin(settings.PUBLIC_URL, f"/api/v1/files/{file_id}/content/")
    return {size: f"{content}?variant={size}" for size in rules.SIZES}


def _verdict(picture: Picture, *, wanted_for: str) -> Verdict:
    if not picture.is_known:
        return Verdict()
    flaw = rules.flaw_of(
        is_deleted=picture.is_deleted,
        content_type=picture.content_type,
        purpose=picture.purpose,
        visibility=picture.visibility,
        wanted_for=wanted_for,
    )
    return Verdict(is_known=True, owner_id=picture.owner_id, flaw=flaw)
