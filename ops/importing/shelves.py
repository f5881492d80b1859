"""The shop's categories, by the names that a file has for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.utils.text import slugify

from ops.importing.catalog import MAX_SLUG, RowUnusable, Shelf
from ops.shop import Json, Refused, Shop


class Shelves:
    """The categories of the shop, and those that the file adds to it.

    Without a shop, all categories are assumed to exist; with ``is_rehearsal``, none is added to the shop.
    """

    def __init__(self, shop: Shop | None, *, is_rehearsal: bool = False) -> None:
        self._shop = shop
        self._is_rehearsal = is_rehearsal or shop is None
        self._slugs: dict[str, str] = {}
        """The shop's slug, by the file's name for the category."""
        self._by_name: dict[tuple[str | None, str], str] = {}
        """The shop's slug, by the slug of the parent category and the name."""
        self._keep_branch(shop.categories() if shop else (), above=None)

    def slug_of(self, category: str | None) -> str | None:
        """The slug that the shop has for it. Raises RowUnusable if there is no such category."""
        if category is None or (self._shop is None and category not in self._slugs):
            return category
        if category not in self._slugs:
            raise RowUnusable(f"there is no category {category!r}: put it before the products, or into the shop")
        return self._slugs[category]

    def place(self, shelf: Shelf) -> None:
        """Make sure that the shop has the category. Raises Refused, or RowUnusable if its parent is missing."""
        category = shelf.category
        above = self.slug_of(category.parent)
        if shelf.goes_by_name:
            slug = self._by_name.get((above, category.name)) or self._free_slug(above, category.name)
        else:
            slug = category.slug
        if slug not in self._slugs:
            self._create(slug, category.name, above)
        self._slugs[category.slug] = slug

    def _create(self, slug: str, name: str, above: str | None) -> None:
        if self._shop and not self._is_rehearsal:
            try:
                self._shop.create_category(slug=slug, name=name, parent=above)
            except Refused as refusal:
                if refusal.code != "slug_taken":  # it was created by somebody else meanwhile
                    raise
        self._keep(slug, name, above)

    def _keep_branch(self, categories: Iterable[Json], *, above: str | None) -> None:
        for category in categories:
            self._keep(category["slug"], category["name"], above)
            self._keep_branch(category["children"], above=category["slug"])

    def _keep(self, slug: str, name: str, above: str | None) -> None:
        self._slugs[slug] = slug
        self._by_name.setdefault((above, name), slug)

    def _free_slug(self, above: str | None, name: str) -> str:
        """A slug made of the names; with a hash of them as suffix if it is taken, or the name has no Latin letters."""
        words = slugify(f"{above or ''} {name}")[: MAX_SLUG - 9].strip("-")
        if slugify(name) and words not in self._slugs:
            return words
        return f"{words}-{hashlib.sha256(f'{above}/{name}'.encode()).hexdigest()[:8]}".strip("-")
