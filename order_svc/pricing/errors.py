"""What has no price."""

from common.errors import InvalidInput


class SeveralCurrencies(InvalidInput):
    """An order has one currency; please order what is priced in another one separately."""

    code = "several_currencies"


class TooExpensive(InvalidInput):
    """The order is larger than can be taken."""

    code = "order_too_large"
