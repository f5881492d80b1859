"""How the catalogue is read and written."""

from product_svc.catalog.api.serializers.inputs import (
    ChangeCategoryInput,
    ChangeProductInput,
    CreateCategoryInput,
    CreateProductInput,
)
from product_svc.catalog.api.serializers.outputs import CategoryOutput, ProductItemOutput, ProductOutput

__all__ = [
    "CategoryOutput",
    "ChangeCategoryInput",
    "ChangeProductInput",
    "CreateCategoryInput",
    "CreateProductInput",
    "ProductItemOutput",
    "ProductOutput",
]
