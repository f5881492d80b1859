"""Reading products, as far as whoever asks may see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Prefetch, Q, QuerySet

from common.errors import Forbidden, NotFound
from common.person import Person
from product_svc.catalog import rules
from product_svc.catalog.models import Product, Variant
from product_svc.catalog.selectors.showing import shown
from product_svc.inventory import selectors as inventory

# Written out, since each order leads here.
_PRODUCTS_OF = "SELECT product_id FROM catalog_variant WHERE sku = ANY(%s)"

# Kept by others: not to be read into a product that is written back as a whole.
_KEPT_BY_OTHERS = ("words", "title_words", "is_in_stock", "rating_count", "rating_sum")


def product_seen_by(viewer: Person, *, key: str) -> Product:
    """The whole product of this id or slug, if it is shown to everybody or is the viewer's own. Raises NotFound."""
    return _first(_whole().filter(_called(key), _visible_to(viewer)))


def published_product(key: str) -> Product:
    """The whole product of this id or slug, if it is shown to everybody. Raises NotFound."""
    return _first(_whole().filter(_called(key), shown()))


def product_page(product_id: UUID) -> Product:
    """The whole product, for somebody who has just written it."""
    return _first(_whole().filter(id=product_id))


def product_to_change(editor: Person, *, key: str) -> Product:
    """The product of this id or slug, locked. Raises NotFound, or Forbidden for what is seen but another's."""
    products = Product.objects.select_for_update().defer(*_KEPT_BY_OTHERS)
    product = _first(products.filter(_called(key), _visible_to(editor)))
    if not rules.may_change(editor, seller_id=product.seller_id):
        raise Forbidden
    return product


def product_row(viewer: Person, *, key: str, for_update: bool = False) -> Product:
    """The product of this id or slug without what belongs to it, if the viewer may see it. Raises NotFound."""
    # Rows that only point at the product need not wait for this lock.
    products = Product.objects.select_for_update(no_key=True) if for_update else Product.objects.all()
    return _first(products.filter(_called(key), _visible_to(viewer)))


def product_ids_of(*, skus: Iterable[str]) -> set[UUID]:
    """Whose SKUs these are, or were."""
    with connection.cursor() as cursor:
        cursor.execute(_PRODUCTS_OF, [list(skus)])
        return {product_id for (product_id,) in cursor.fetchall()}


@dataclass(frozen=True)
class Whereabouts:
    """By what a product is asked for, and in whose lists it stands."""

    id: UUID
    slug: str
    seller_id: UUID
    category_id: UUID | None


def whereabouts(product_ids: Iterable[UUID]) -> list[Whereabouts]:
    """Of these products."""
    rows = Product.objects.filter(id__in=product_ids)
    return [Whereabouts(*row) for row in rows.values_list("id", "slug", "seller_id", "category_id")]


def _whole() -> QuerySet[Product]:
    variants = Variant.objects.filter(is_retired=False).annotate(available=inventory.available(sku=OuterRef("sku")))
    products = Product.objects.select_related("seller", "category")
    return products.prefetch_related("images", Prefetch("variants", variants)).defer("words", "title_words")


def _first(products: QuerySet[Product]) -> Product:
    product = products.first()
    if product is None:
        raise NotFound
    return product


def _called(key: str) -> Q:
    return Q(id=key) if rules.is_id(key) else Q(slug=key)


def _visible_to(viewer: Person) -> Q:
    if viewer.is_staff:
        return Q()
    return shown() | Q(seller_id=viewer.id)
