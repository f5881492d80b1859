"""What a cart can be refused for."""

from common.errors import DomainError, InvalidInput


class NotForSale(InvalidInput):
    """This cannot be bought."""

    code = "unavailable_items"


class OtherCurrency(InvalidInput):
    """A cart has one currency; please order what is priced in another one separately."""

    code = "several_currencies"


class CartFull(InvalidInput):
    """More than a cart holds."""

    code = "cart_full"


class CartEmpty(DomainError):
    """There is nothing in the cart. What was in it may have been ordered already."""

    code = "cart_empty"
    status = 409


class CartsDoNotFit(DomainError):
    """Not all that you had put in before you signed in fits into your cart; please look at it before you order."""

    code = "carts_do_not_fit"
    status = 409


class ItemsUnavailable(DomainError):
    """Some of what is in the cart can no longer be bought; please take it out."""

    code = "unavailable_items"
    status = 409
