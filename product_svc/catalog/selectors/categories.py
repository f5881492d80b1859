"""Reading the tree of categories. It is small, so it is read whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from common.errors import NotFound
from product_svc.catalog import rules
from product_svc.catalog.models import Category


@dataclass(frozen=True)
class CategoryNode:
    """A category with those that stand below it."""

    id: UUID
    slug: str
    name: str
    parent: UUID | None
    children: list[CategoryNode] = field(default_factory=list)


def category_tree() -> list[CategoryNode]:
    """The roots, by name, each with its branch."""
    return [node for node in _nodes().values() if node.parent is None]


def category_branch(key: str) -> CategoryNode:
    """The category of this id or slug, with all that stands below it. Raises NotFound."""
    for node in _nodes().values():
        if node.slug == key or str(node.id) == key.lower():
            return node
    raise NotFound


def parents_of_categories() -> dict[UUID, UUID | None]:
    """Each category's parent."""
    return dict(Category.objects.values_list("id", "parent_id"))


def keys_of_lines(category_ids: Iterable[UUID | None]) -> set[str]:
    """What these categories, and all that they stand below, are called: their ids and their slugs."""
    rows = list(Category.objects.values_list("id", "slug", "parent_id"))
    parents = {category_id: parent for category_id, _slug, parent in rows}
    lines = {category for category_id in category_ids for category in rules.line_of(category_id, parents)}
    return {key for category_id, slug, _parent in rows if category_id in lines for key in (str(category_id), slug)}


def category_called(key: str) -> Category:
    """The category of this id or slug. Raises NotFound."""
    try:
        return Category.objects.get(id=key) if rules.is_id(key) else Category.objects.get(slug=key)
    except Category.DoesNotExist:
        raise NotFound from None


def _nodes() -> dict[UUID, CategoryNode]:
    rows = Category.objects.order_by("name", "slug").values_list("id", "slug", "name", "parent_id")
    nodes = {row[0]: CategoryNode(*row) for row in rows}
    for node in nodes.values():
        if node.parent:
            nodes[node.parent].children.append(node)
    return nodes
