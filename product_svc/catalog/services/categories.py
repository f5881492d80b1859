"""Putting up shelves, moving them, taking them down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, connection, transaction

from common.errors import InvalidInput, NotFound
from common.events.outbox import publish
from product_svc.answers import services as answers
from product_svc.catalog import errors, rules, selectors
from product_svc.catalog.models import Category, Product
from product_svc.catalog.services.keywords import begin_to_name_anew


@transaction.atomic
def create_category(*, slug: str, name: str, parent: str | None = None) -> Category:
    """A new category, below the one whose id or slug is ``parent``. Raises InvalidInput and SlugTaken."""
    _lock_tree()
    category = Category(slug=slug, name=name)
    _place(category, below=parent)
    _save(category)
    publish(*answers.forget_tree())
    return category


@transaction.atomic
def change_category(*, key: str, changes: Mapping[str, Any]) -> Category:
    """Rename a category, or move it with all that stands below it; ``changes`` is as ``create_category`` takes it.

    Raises NotFound, InvalidInput and SlugTaken.
    """
    _lock_tree()
    category = selectors.category_called(key)
    answers.forget_categories([category.id])
    category.slug = changes.get("slug", category.slug)
    category.name = changes.get("name", category.name)
    if "parent" in changes:
        _place(category, below=changes["parent"])
    _save(category)
    publish(*answers.forget_categories([category.id]))
    if changes.keys() & {"slug", "name"}:
        _show_anew(category)
    return category


@transaction.atomic
def delete_category(*, key: str) -> None:
    """Take down a category in which nothing stands, be it shown or not. Raises NotFound and CategoryInUse."""
    _lock_tree()
    category = _locked(selectors.category_called(key))
    if category.children.exists() or category.products.exists():
        raise errors.CategoryInUse
    category.delete()
    publish(*answers.forget_tree())


def shelf_for(key: str | None) -> Category | None:
    """The category that a product is to stand in; nobody takes it down before the transaction ends.

    Raises InvalidInput when there is none.
    """
    category = _named(key, field="category")
    # Foreign keys are checked at the commit, which is too late for a clear answer. This is the lock they take.
    held = "SELECT * FROM catalog_category WHERE id = %s FOR KEY SHARE"
    if category and not list(Category.objects.raw(held, [category.id])):
        raise _unknown("category")
    return category


def _lock_tree() -> None:
    """One change of the tree at a time: two moves that are fine each by itself may make a circle together.

    Reading goes on, and so does putting products into categories.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE catalog_category IN SHARE ROW EXCLUSIVE MODE")


def _locked(category: Category) -> Category:
    """Wait for those who are putting products into a category, and let nobody begin to."""
    return Category.objects.select_for_update().get(id=category.id)


def _place(category: Category, *, below: str | None) -> None:
    parent = _named(below, field="parent")
    rules.require_place(category.id, parent.id if parent else None, selectors.parents_of_categories())
    category.parent = parent


def _save(category: Category) -> None:
    try:
        category.save()
    except IntegrityError as error:
        raise errors.SlugTaken(errors={"slug": [f"{category.slug} is taken."]}) from error


def _named(key: str | None, *, field: str) -> Category | None:
    if key is None:
        return None
    try:
        return selectors.category_called(key)
    except NotFound:
        raise _unknown(field) from None


def _show_anew(category: Category) -> None:
    """The products that stand right in it say what it is called, and are found by that."""
    products = Product.objects.filter(category=category)
    begin_to_name_anew(category)
    publish(*answers.forget_products(products.values_list("id", flat=True).iterator()))


def _unknown(field: str) -> InvalidInput:
    return InvalidInput(errors={field: ["There is no such category."]})
