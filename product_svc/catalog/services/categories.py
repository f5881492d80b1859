"""Putting up shelves."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from common.errors import InvalidInput, NotFound
from product_svc.catalog import errors, rules, selectors
from product_svc.catalog.models import Category


@transaction.atomic
def create_category(*, slug: str, name: str, parent: str | None = None) -> Category:
    """A new category, below the one whose id or slug is ``parent``. Raises SlugTaken."""
    above = find_category(parent, field="parent")
    rules.require_depth(above.id if above else None, selectors.parents_of_categories())
    try:
        return Category.objects.create(slug=slug, name=name, parent=above)
    except IntegrityError as error:
        raise errors.SlugTaken from error


def find_category(key: str | None, *, field: str) -> Category | None:
    """The category that a request names in a field. Raises InvalidInput when there is none."""
    if key is None:
        return None
    try:
        return selectors.category_called(key)
    except NotFound:
        raise InvalidInput(errors={field: ["There is no such category."]}) from None
