"""Keeping by what names of others a product is found."""

from __future__ import annotations

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from product_svc.catalog.models import Category, Product, SellerProfile, Status
from product_svc.catalog.services.vocabulary import learn_words


def keywords_of(product: Product) -> str:
    """What the product's seller and its category are called."""
    return f"{product.seller.name} {product.category.name if product.category else ''}"


def name_anew(products: QuerySet[Product]) -> None:
    """Keep the keywords of products whose seller or category has another name now."""
    seller = SellerProfile.objects.filter(id=OuterRef("seller_id")).values("name")
    category = Category.objects.filter(id=OuterRef("category_id")).values("name")
    keywords = Concat(Subquery(seller), Value(" "), Subquery(category))
    products.alias(named=keywords).exclude(keywords=F("named")).update(keywords=keywords)
    any_of_them = products.filter(status=Status.PUBLISHED).values_list("id", flat=True)[:1]
    for product_id in any_of_them:  # all have the new name
        learn_words(product_id)
