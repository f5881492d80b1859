"""Reading products, as far as whoever asks may see them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from uuid import UUID

from django.db.models import OuterRef, Prefetch, Q, QuerySet

from common.errors import Forbidden, NotFound
from product_svc.catalog import rules
from product_svc.catalog.models import Category, Product, ProductImage, Status, Variant
from product_svc.catalog.rules import Person
from product_svc.catalog.selectors.categories import parents_of_categories
from product_svc.inventory import selectors as inventory

_IN_STOCK = inventory.in_stock(product=OuterRef("pk"))


def listed_products(
    *,
    viewer: Person,
    search: str = "",
    category: str | None = None,
    seller: UUID | None = None,
    min_price: Decimal | None = None,
    max_price: Decimal | None = None,
    in_stock: bool | None = None,
    sku: str | None = None,
) -> QuerySet[Product]:
    """The published products that fit; for staff who look up a SKU, whatever its status."""
    looks_up = viewer.is_staff and sku is not None
    products = Product.objects.filter(
        Q() if looks_up else Q(status=Status.PUBLISHED),
        _containing(search),
        Q() if category is None else Q(category__in=_branch(category)),
        Q() if seller is None else Q(seller_id=seller),
        Q() if min_price is None else _priced("gte", min_price, math.ceil),
        Q() if max_price is None else _priced("lte", max_price, math.floor),
        Q() if sku is None else Q(id__in=Variant.objects.filter(sku=sku, is_retired=False).values("product_id")),
        Q() if in_stock is None else _with_stock_or_without(has_any=in_stock),
    )
    covers = Prefetch("images", ProductImage.objects.filter(position=0))
    items = products.select_related("seller").prefetch_related(covers).defer("description", "attributes")
    return items.annotate(in_stock=_IN_STOCK)


def product_seen_by(viewer: Person, *, key: str) -> Product:
    """The whole product of this id or slug, if it is shown to everybody or is the viewer's own. Raises NotFound."""
    return _first(_whole().filter(_called(key), _visible_to(viewer)))


def product_page(product_id: UUID) -> Product:
    """The whole product, for somebody who has just written it."""
    return _first(_whole().filter(id=product_id))


def product_to_change(editor: Person, *, key: str) -> Product:
    """The product of this id or slug, locked. Raises NotFound, or Forbidden for what is seen but another's."""
    product = _first(Product.objects.select_for_update().filter(_called(key), _visible_to(editor)))
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
    return set(Variant.objects.filter(sku__in=skus).values_list("product_id", flat=True))


def _whole() -> QuerySet[Product]:
    variants = Variant.objects.filter(is_retired=False).annotate(available=inventory.available(sku=OuterRef("sku")))
    products = Product.objects.select_related("seller", "category")
    return products.prefetch_related("images", Prefetch("variants", variants)).annotate(in_stock=_IN_STOCK)


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
    return Q(status=Status.PUBLISHED) | Q(seller_id=viewer.id)


def _branch(category: str) -> set[UUID]:
    """A category and all below it; nothing for one that is not there."""
    parents = parents_of_categories()
    root = UUID(category) if rules.is_id(category) else _category_id(category)
    return rules.branch_of(root, parents) if root in parents else set()


def _category_id(slug: str) -> UUID | None:
    return Category.objects.filter(slug=slug).values_list("id", flat=True).first()


def _with_stock_or_without(*, has_any: bool) -> Q:
    return Q(_IN_STOCK) if has_any else ~Q(_IN_STOCK)


def _containing(search: str) -> Q:
    """Every word stands in the title or in the description."""
    found = Q()
    for word in search.split():
        found &= Q(title__icontains=word) | Q(description__icontains=word)
    return found


def _priced(lookup: str, amount: Decimal, rounded: Callable[[Decimal], int]) -> Q:
    """A bare amount means as many of any currency, and each counts in its own minor units."""
    usual = ~Q(currency__in=rules.UNUSUAL_PLACES)
    fitting = usual & _bound(lookup, rounded(amount.scaleb(rules.USUAL_PLACES)))
    for places in set(rules.UNUSUAL_PLACES.values()):
        codes = [code for code, its_places in rules.UNUSUAL_PLACES.items() if its_places == places]
        fitting |= Q(currency__in=codes) & _bound(lookup, rounded(amount.scaleb(places)))
    return fitting


def _bound(lookup: str, minor: int) -> Q:
    return Q(**{f"price_minor__{lookup}": minor})
