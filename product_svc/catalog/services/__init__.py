"""What is done with the catalogue."""

from product_svc.catalog.services.categories import change_category, create_category, delete_category
from product_svc.catalog.services.following import follow_sellers
from product_svc.catalog.services.images import (
    give_up_awaited_pictures,
    judge_stored_picture,
    take_off_deleted_picture,
)
from product_svc.catalog.services.keywords import name_rest_anew
from product_svc.catalog.services.products import archive_product, change_product, create_product
from product_svc.catalog.services.ratings import rate_product
from product_svc.catalog.services.sellers import keep_seller, keep_shop
from product_svc.catalog.services.vocabulary import count_words

__all__ = [
    "archive_product",
    "change_category",
    "change_product",
    "count_words",
    "create_category",
    "create_product",
    "delete_category",
    "follow_sellers",
    "give_up_awaited_pictures",
    "judge_stored_picture",
    "keep_seller",
    "keep_shop",
    "name_rest_anew",
    "rate_product",
    "take_off_deleted_picture",
]
