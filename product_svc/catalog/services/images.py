"""Which pictures a product shows: checked against our copy of what file_svc tells, now or once it is told.

Lock order: files first, then products, several of a kind in the order of their ids.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from common.contracts import FileDeleted, FileStored
from common.errors import InvalidInput
from common.person import Person
from product_svc.catalog.models import Product, ProductImage, SellerProfile
from product_svc.catalog.rules import ImageDraft
from product_svc.catalog.services.telling import tell
from product_svc.pictures import selectors as known_pictures
from product_svc.pictures import services as pictures

logger = logging.getLogger(__name__)

PURPOSE = "product_image"
PATIENCE = timedelta(minutes=10)
"""How long a product may show a picture of which file_svc has told nothing yet."""

_GIVEN_UP_AT_ONCE = 200

Verdicts = Mapping[UUID, known_pictures.Verdict]


def verdicts_on(drafts: Iterable[ImageDraft], *, now: datetime) -> Verdicts:
    """What is known of the files of these pictures, locked so that it stays so until the transaction ends."""
    file_ids = {draft.file_id for draft in drafts}
    pictures.hold_pictures(file_ids, now=now)
    return known_pictures.verdicts(file_ids, wanted_for=PURPOSE)


def replace_images(
    product: Product, drafts: Sequence[ImageDraft], verdicts: Verdicts, *, editor: Person, now: datetime
) -> None:
    """Show a product, which the caller has locked, with exactly these pictures.

    One of which nothing is known yet is shown, and judged when its fact comes. Raises InvalidInput.
    """
    shown = {image.file_id: image for image in product.images.all()}
    images = [
        _image(draft, shown.get(draft.file_id), is_known=verdicts[draft.file_id].is_known, editor=editor, now=now)
        for draft in drafts
    ]
    objections = [_objection(product, image, verdicts[image.file_id]) for image in images]
    if any(objections):
        raise InvalidInput(errors={f"images.{index}": [reason] for index, reason in enumerate(objections) if reason})
    _write(product, images)


@transaction.atomic
def judge_stored_picture(*, file: FileStored) -> None:
    """Learn what a file is, and take it off the products that must not show it."""
    if pictures.keep_picture(file=file):
        _judge(UUID(file.file_id))


@transaction.atomic
def take_off_deleted_picture(*, file: FileDeleted) -> None:
    """Learn that a file is gone, and take it off all products."""
    if pictures.bury_picture(file=file):
        _judge(UUID(file.file_id))


def give_up_awaited_pictures(*, now: datetime) -> None:
    """Remove pictures of which nothing was told within ``PATIENCE``."""
    before = now - PATIENCE
    overdue = ProductImage.objects.filter(awaited_since__lt=before).order_by("awaited_since")
    for file_id in set(overdue.values_list("file_id", flat=True)[:_GIVEN_UP_AT_ONCE]):
        _give_up(file_id, awaited_before=before)
    pictures.forget_unheard(before=before)


@transaction.atomic
def _give_up(file_id: UUID, *, awaited_before: datetime) -> None:
    def objection(_product: Product, image: ProductImage) -> str | None:
        is_overdue = image.awaited_since is not None and image.awaited_since < awaited_before
        return "Nobody ever told of this file." if is_overdue else None

    _take_off(file_id, objection)


def _judge(file_id: UUID) -> None:
    verdict = known_pictures.verdicts([file_id], wanted_for=PURPOSE)[file_id]
    _take_off(file_id, lambda product, image: _objection(product, image, verdict))
    ProductImage.objects.filter(file_id=file_id, awaited_since__isnull=False).update(awaited_since=None)


def _image(
    draft: ImageDraft, shown: ProductImage | None, *, is_known: bool, editor: Person, now: datetime
) -> ProductImage:
    """A picture in its new place. One that the product showed before keeps its ``placed_by``."""
    image = ProductImage(file_id=draft.file_id, alt=draft.alt)
    image.placed_by = shown.placed_by if shown else editor.id if editor.is_staff else None
    if not is_known:
        image.awaited_since = shown.awaited_since if shown else now
    return image


def _objection(product: Product, image: ProductImage, verdict: known_pictures.Verdict) -> str | None:
    """Why a product must not show a picture; None if it may, or if nothing is known of it yet."""
    if verdict.owner_id and _is_foreign(verdict.owner_id, seller_id=product.seller_id, placed_by=image.placed_by):
        return "This picture belongs to somebody else."
    return verdict.flaw


def _is_foreign(owner_id: UUID, *, seller_id: UUID, placed_by: UUID | None) -> bool:
    """Sellers show their own pictures. Staff also show theirs and their colleagues', but no other seller's."""
    if owner_id in {seller_id, placed_by}:
        return False
    return placed_by is None or SellerProfile.objects.filter(id=owner_id).exists()


def _take_off(file_id: UUID, objection: Callable[[Product, ProductImage], str | None]) -> None:
    """Remove a picture from the products that must not show it, and tell of that."""
    showing = ProductImage.objects.filter(file_id=file_id).values("product_id")
    for product in Product.objects.select_for_update(no_key=True).filter(id__in=showing).order_by("id"):
        images = list(product.images.all())
        reasons = {
            image.id: reason
            for image in images
            if image.file_id == file_id and (reason := objection(product, image)) is not None
        }
        if reasons:
            _write(product, [image for image in images if image.id not in reasons])
            product.version += 1
            product.save(update_fields=["version", "updated_at"])
            tell(product)
            logger.warning("picture %s taken off product %s: %s", file_id, product.id, min(reasons.values()))


def _write(product: Product, images: Iterable[ProductImage]) -> None:
    """Replace all: places are given anew without gaps, since a product's first picture is its cover."""
    product.images.all().delete()
    rows = list(images)
    for position, image in enumerate(rows):
        image.id, image.product, image.position = None, product, position
    ProductImage.objects.bulk_create(rows)
