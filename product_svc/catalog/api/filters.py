"""What the list of products can be narrowed to, and how it can be ordered."""

from rest_framework import serializers

from common.api.serializers import Input
from product_svc.catalog import rules

NEWEST = ("-created_at", "-id")

# Until there are reviews no product is rated above another, and until there is a ranked search none fits better.
ORDERINGS = {
    "newest": NEWEST,
    "price": ("price_minor", "id"),
    "-price": ("-price_minor", "-id"),
    "rating": NEWEST,
    "relevance": NEWEST,
}


class ProductFilters(Input):
    """The query of a list; its page and cursor are the paginator's."""

    search = serializers.CharField(required=False, allow_blank=True, max_length=rules.MAX_SEARCH)
    category = serializers.SlugField(required=False, max_length=rules.MAX_SLUG)
    seller = serializers.UUIDField(required=False)
    min_price = serializers.DecimalField(required=False, min_value=0, max_digits=15, decimal_places=4)
    max_price = serializers.DecimalField(required=False, min_value=0, max_digits=15, decimal_places=4)
    in_stock = serializers.BooleanField(required=False)
    sku = serializers.RegexField(rules.SKU, required=False)
    ordering = serializers.ChoiceField(choices=list(ORDERINGS), default="newest")
