"""What a wishlist can be refused for."""

from common.errors import DomainError


class WishlistFull(DomainError):
    """There are as many products on your wishlist as there may be; take one off first."""

    code = "wishlist_full"
