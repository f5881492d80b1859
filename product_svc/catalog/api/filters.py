"""What the list of products can be narrowed to, and how it can be ordered."""

from typing import Any

from rest_framework import serializers

from common.api.serializers import Input
from product_svc.catalog import rules
from product_svc.catalog.models import CHOSEN_STATUSES

ORDERS = {
    "newest": ("-created_at", "-id"),
    "price": ("comparable_price", "id"),
    "-price": ("-comparable_price", "-id"),
    "rating": ("-rated", "-rating_count", "-created_at", "-id"),
    "relevance": ("-fit", "-id"),
}


class ProductFilters(Input):
    """The query of a list, without its page; a search is ordered by relevance, and everything else newest first."""

    search = serializers.CharField(required=False, allow_blank=True, max_length=rules.MAX_SEARCH)
    category = serializers.SlugField(required=False, max_length=rules.MAX_SLUG)
    seller = serializers.UUIDField(required=False)
    min_price = serializers.DecimalField(required=False, min_value=0, max_digits=15, decimal_places=4)
    max_price = serializers.DecimalField(required=False, min_value=0, max_digits=15, decimal_places=4)
    in_stock = serializers.BooleanField(required=False)
    sku = serializers.RegexField(rules.SKU, required=False)
    status = serializers.ChoiceField(choices=CHOSEN_STATUSES, required=False)
    ordering = serializers.ChoiceField(choices=list(ORDERS), required=False)

    def validate_search(self, search: str) -> str:
        return " ".join(search.split())

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Two ways to ask for the same become one, so that it has one address."""
        filters = {name: value for name, value in attrs.items() if value != ""}
        fitting = "relevance" if "search" in filters else "newest"
        if filters.get("ordering", "relevance") == "relevance":
            filters["ordering"] = fitting
        return filters
