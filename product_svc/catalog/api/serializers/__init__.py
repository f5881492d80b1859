"""How the catalogue is read and written."""

from product_svc.catalog.api.serializers.inputs import (
    ChangeCategoryInput,
    ChangeProductInput,
    CreateCategoryInput,
    CreateProductInput,
)
from product_svc.catalog.api.serializers.outputs import (
    CategoryOutput,
    CategoryTreeOutput,
    ProductItemOutput,
    ProductOutput,
    product_detail,
    product_item,
)

__all__ = [
    "CategoryOutput",
    "CategoryTreeOutput",
    "ChangeCategoryInput",
    "ChangeProductInput",
    "CreateCategoryInput",
    "CreateProductInput",
    "ProductItemOutput",
    "ProductOutput",
    "product_detail",
    "product_item",
]
