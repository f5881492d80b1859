"""The catalogue, for those who run the shop."""

from product_svc.catalog.admin import categories, products, sellers

__all__ = ["categories", "products", "sellers"]
