"""What can be refused about what is for sale."""

from common.errors import DomainError


class SlugTaken(DomainError):
    """Another category is called that in addresses."""

    code = "slug_taken"
    status = 409


class CategoryInUse(DomainError):
    """Products or other categories stand in this category, and have to be put elsewhere first."""

    code = "category_in_use"
    status = 409


class SellerNotApproved(DomainError):
    """Whoever sells this may not sell at the moment; it can be kept as a draft until then."""

    code = "seller_not_approved"
    status = 403


class SkuTaken(DomainError):
    """Another product has this SKU, or had it."""

    code = "sku_taken"
    status = 409
