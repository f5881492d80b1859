"""Facts of other services."""

import uuid

import factory

from common.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderLine,
    OrderRefunded,
    OrderShipped,
    ProfileChanged,
    ReviewPosted,
    SellerChanged,
    StockLow,
    UserRegistered,
)

HOUSE_SELLER = "00000000-0000-4000-8000-000000000001"


def _some_id(_: object) -> str:
    return str(uuid.uuid4())


class OrderLineFactory(factory.Factory):
    """A line of two teapots."""

    class Meta:
        model = OrderLine

    sku = factory.Sequence(lambda n: f"SKU-{n}")
    title = "Teapot"
    quantity = 2
    unit_price_minor = 1250
    seller_id = factory.LazyAttribute(_some_id)


class OrderConfirmedFactory(factory.Factory):
    """A confirmed order with one line."""

    class Meta:
        model = OrderConfirmed

    order_id = factory.LazyAttribute(_some_id)
    version = 2
    number = factory.Sequence(lambda n: f"OC-{n:06}")
    customer_id = factory.LazyAttribute(_some_id)
    lines = factory.LazyFunction(lambda: (OrderLineFactory(seller_id=HOUSE_SELLER),))
    total_minor = factory.LazyAttribute(
        lambda order: sum(line.unit_price_minor * line.quantity for line in order.lines)
    )
    currency = "USD"


class OrderCancelledFactory(factory.Factory):
    """An order cancelled because it was out of stock."""

    class Meta:
        model = OrderCancelled

    order_id = factory.LazyAttribute(_some_id)
    version = 2
    number = factory.Sequence(lambda n: f"OC-{n:06}")
    customer_id = factory.LazyAttribute(_some_id)
    reason = "out_of_stock"


class OrderRefundedFactory(factory.Factory):
    """A refund of twenty-five dollars."""

    class Meta:
        model = OrderRefunded

    order_id = factory.LazyAttribute(_some_id)
    version = 4
    number = factory.Sequence(lambda n: f"OC-{n:06}")
    customer_id = factory.LazyAttribute(_some_id)
    amount_minor = 2500
    currency = "USD"


class OrderShippedFactory(factory.Factory):
    """Two teapots that were shipped."""

    class Meta:
        model = OrderShipped

    order_id = factory.LazyAttribute(_some_id)
    version = 3
    number = factory.Sequence(lambda n: f"OC-{n:06}")
    customer_id = factory.LazyAttribute(_some_id)
    lines = factory.LazyFunction(lambda: (OrderLineFactory(),))
    tracking = "1Z999"
    is_complete = True


class OrderDeliveredFactory(factory.Factory):
    """An order that was delivered."""

    class Meta:
        model = OrderDelivered

    order_id = factory.LazyAttribute(_some_id)
    version = 4
    number = factory.Sequence(lambda n: f"OC-{n:06}")
    customer_id = factory.LazyAttribute(_some_id)


class ReviewPostedFactory(factory.Factory):
    """Four stars for a coffee grinder."""

    class Meta:
        model = ReviewPosted

    review_id = factory.LazyAttribute(_some_id)
    version = 1
    product_id = factory.LazyAttribute(_some_id)
    product_title = "Coffee grinder"
    product_slug = "coffee-grinder"
    seller_id = factory.LazyAttribute(_some_id)
    customer_id = factory.LazyAttribute(_some_id)
    author = "Ada L."
    rating = 4
    title = "Loud, and good"
    excerpt = "It grinds."


class SellerChangedFactory(factory.Factory):
    """A seller who was suspended by staff."""

    class Meta:
        model = SellerChanged

    seller_id = factory.LazyAttribute(_some_id)
    version = 2
    seller_name = "Ada's"
    status = "suspended"
    previous_status = "approved"
    reason = "Sold a bridge."


class StockLowFactory(factory.Factory):
    """A product of which five are left."""

    class Meta:
        model = StockLow

    sku = "GRINDER"
    version = 7
    product_id = factory.LazyAttribute(_some_id)
    product_title = "Coffee grinder"
    product_slug = "coffee-grinder"
    seller_id = factory.LazyAttribute(_some_id)
    on_hand = 5
    low_at = 5


class UserRegisteredFactory(factory.Factory):
    """A new customer."""

    class Meta:
        model = UserRegistered

    user_id = factory.LazyAttribute(_some_id)
    version = 1
    email = "ada@example.com"
    full_name = "Ada Lovelace"
    roles = ("customer",)


class ProfileChangedFactory(UserRegisteredFactory):
    """The same person with another name."""

    class Meta:
        model = ProfileChanged

    version = 2
    full_name = "Ada King"
    locale = "en"
    is_active = True
