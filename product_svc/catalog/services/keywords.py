"""The keywords of products: the names of their seller and category, by which they are found as well.

A category may contain very many products. After it was renamed they are updated in batches, each in a transaction of
its own; this can stop anywhere and be continued.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from product_svc.catalog.models import Category, Product, SellerProfile, Status
from product_svc.catalog.services.vocabulary import learn_words

AT_ONCE = 500
_BATCHES_A_RUN = 20
_FROM_THE_FIRST = UUID(int=0)


def keywords_of(product: Product) -> str:
    """The names of the product's seller and category."""
    return f"{product.seller.name} {product.category.name if product.category else ''}"


def name_anew(products: QuerySet[Product]) -> None:
    """Update the keywords of those of the products whose seller or category was renamed."""
    seller = SellerProfile.objects.filter(id=OuterRef("seller_id")).values("name")
    category = Category.objects.filter(id=OuterRef("category_id")).values("name")
    keywords = Concat(Subquery(seller), Value(" "), Subquery(category))
    products.alias(named=keywords).exclude(keywords=F("named")).update(keywords=keywords)
    any_of_them = products.filter(status=Status.PUBLISHED).values_list("id", flat=True)[:1]
    for product_id in any_of_them:  # one is enough to learn the new words from
        learn_words(product_id)


def begin_to_name_anew(category: Category) -> None:
    """Update the first batch of products in a renamed category."""
    category.named_up_to = _FROM_THE_FIRST
    _go_on(category)


def name_rest_anew() -> None:
    """Continue with renamed categories, a few thousand products at most."""
    for _ in range(_BATCHES_A_RUN):
        if not _go_on_somewhere():
            return


@transaction.atomic
def _go_on_somewhere() -> bool:
    """One batch of one category. False if none is left that another worker has not locked."""
    with connection.cursor() as cursor:  # the table before a row, in the order in which changes of the tree lock
        cursor.execute("LOCK TABLE catalog_category IN ROW EXCLUSIVE MODE")
    begun = Category.objects.filter(named_up_to__isnull=False).order_by("named_up_to")
    category = begun.select_for_update(no_key=True, skip_locked=True).first()
    if category is None:
        return False
    _go_on(category)
    return True


def _go_on(category: Category) -> None:
    """One batch of a category, which the caller has locked."""
    rest = Product.objects.filter(category=category, id__gt=category.named_up_to).order_by("id")
    product_ids = list(rest.values_list("id", flat=True)[:AT_ONCE])
    name_anew(Product.objects.filter(id__in=product_ids))
    category.named_up_to = product_ids[-1] if len(product_ids) == AT_ONCE else None
    category.save(update_fields=["named_up_to"])
