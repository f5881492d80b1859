"""Creating, moving and deleting categories."""

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
    """Delete a category without products, visible or not. Raises NotFound and CategoryInUse."""
    _lock_tree()
    category = _locked(selectors.category_called(key))
    if category.children.exists() or category.products.exists():
        raise errors.CategoryInUse
    category.delete()
    publish(*answers.forget_tree())


def shelf_for(key: str | None) -> Category | None:
    """The category for a product, locked against deletion until the transaction ends.

    Raises InvalidInput when there is none.
    """
    category = _named(key, field="category")
    # Foreign keys are checked at the commit, which is too late for a clear answer. This is the lock they take.
    held = "SELECT * FROM catalog_category WHERE id = %s FOR KEY SHARE"
    if category and not list(Category.objects.raw(held, [category.id])):
        raise _unknown("category")
    return category


def _lock_tree() -> None:
    """One change of the tree at a time: two moves that are each valid may form a cycle together.

    Reading goes on, and so does putting products into categories.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE catalog_category IN SHARE ROW EXCLUSIVE MODE")


def _locked(category: Category) -> Category:
    """Lock a category: wait for transactions that are putting products into it, and let no other begin."""
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
    """Update the products directly in this category, which show its name and are found by it."""
    products = Product.objects.filter(category=category)
    begin_to_name_anew(category)
    publish(*answers.forget_products(products.values_list("id", flat=True).iterator()))


def _unknown(field: str) -> InvalidInput:
    return InvalidInput(errors={field: ["There is no such category."]})
