"""The app of what is for sale."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Categories, products and their variants."""

    name = "product_svc.catalog"
