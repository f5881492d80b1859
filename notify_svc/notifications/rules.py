"""Who is told of what, in which words; and when mail is tried again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from common.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderLine,
    OrderRefunded,
    OrderShipped,
    ReviewPosted,
    SellerChanged,
    StockLow,
)
from common.money import Money

HOUSE_SELLER_ID = UUID("00000000-0000-4000-8000-000000000001")
"""The shop itself as a seller: it is not a person, so it is not told anything."""

BUYER = "buyer"
SELLER = "seller"

GROUPS = ("orders", "sales", "reviews", "stock")
"""The groups of events that can be switched off: purchases, sales, reviews of one's products, their stock."""
STANDING = "standing"
"""The group of whether a person may sell, which cannot be switched off."""
LIVE = "live"
MAIL = "mail"
CHANNELS = (LIVE, MAIL)
"""How people may be told at once. Everything is in their list in any case."""

MAX_TITLE = 200
BEST_RATING = 5

MAIL_LEASE = timedelta(seconds=60)
"""For so long a letter is reserved for the worker that claimed it; after that the worker is presumed dead."""

_MAIL_DELAYS_SECONDS = (10, 30, 120, 600, 1800, 3600, 7200)

_CANCELLED_BECAUSE = {
    "out_of_stock": "Something in it had just sold out. You have not been charged.",
    "payment_declined": "Your payment was declined, so you have not been charged. You can order again at any time.",
    "customer": "It was cancelled as you asked. Whatever you had paid goes back to you.",
    "expired": "We could not complete it in time. Whatever you had paid goes back to you.",
}

_CANCELLED_BY_SHOP = "We have cancelled it. Whatever you had paid goes back to you."

_STANDINGS = {
    "approved": ("You can sell now", "What you publish is shown in the shop and can be bought."),
    "suspended": (
        "You cannot sell at the moment",
        "Your products are not shown and cannot be bought. They are all kept, and come back when you can sell again.",
    ),
}


OrderFact = OrderCancelled | OrderRefunded | OrderShipped | OrderDelivered


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A notification that is not stored yet."""

    user_id: UUID
    audience: str
    event: str
    subject_id: str
    title: str
    body: str
    data: dict[str, Any]


def drafts_of_confirmed_order(order: OrderConfirmed) -> list[Draft]:
    """One for the buyer, and one for each seller, with only that seller's lines."""
    seller_ids = {UUID(line.seller_id) for line in order.lines} - {HOUSE_SELLER_ID}
    return [_for_buyer(order), *(_for_seller(order, seller_id) for seller_id in sorted(seller_ids))]


def drafts_of_cancelled_order(order: OrderCancelled) -> list[Draft]:
    """One for the buyer, with the reason, and one for each seller who had been told to send it."""
    because = _CANCELLED_BECAUSE.get(order.reason, "Whatever you had paid goes back to you.")
    body = _CANCELLED_BY_SHOP if order.is_by_shop else because
    for_buyer = _of_order(order, title=f"Order {order.number} is cancelled", body=body, reason=order.reason)
    seller_ids = {UUID(seller_id) for seller_id in order.seller_ids} - {HOUSE_SELLER_ID}
    for_sellers = [
        replace(
            for_buyer,
            user_id=seller_id,
            audience=SELLER,
            body="Please do not send it. What you had set aside for it is in stock again.",
            data={**for_buyer.data, "role": SELLER},
        )
        for seller_id in sorted(seller_ids)
    ]
    return [for_buyer, *for_sellers]


def drafts_of_refunded_order(order: OrderRefunded) -> list[Draft]:
    """One for the buyer."""
    amount = Money(order.amount_minor, order.currency)
    body = f"We have given {amount} back; it may take some days until your bank shows it."
    return [_of_order(order, title=f"Order {order.number} is refunded", body=body, amount=_money(amount))]


def drafts_of_shipped_order(order: OrderShipped) -> list[Draft]:
    """One for the buyer, for each parcel."""
    what = f"Order {order.number}" if order.is_complete else f"A part of order {order.number}"
    body = f"{_pieces(order.lines).capitalize()} left for you."
    if order.tracking:
        body += f" The parcel can be followed as {order.tracking}."
    draft = _of_order(
        order,
        title=_in_one_line(f"{what} is on its way"),
        body=body,
        tracking=order.tracking,
        is_complete=order.is_complete,
        parcel=[{"sku": line.sku, "title": line.title, "quantity": line.quantity} for line in order.lines],
    )
    return [replace(draft, subject_id=f"{order.order_id}:{order.version}")]


def drafts_of_delivered_order(order: OrderDelivered) -> list[Draft]:
    """One for the buyer."""
    body = "It has arrived. We hope that you like it!"
    return [_of_order(order, title=f"Order {order.number} is delivered", body=body)]


def drafts_of_posted_review(review: ReviewPosted) -> list[Draft]:
    """One for the seller, unless that is the shop itself."""
    seller_id = UUID(review.seller_id)
    if seller_id == HOUSE_SELLER_ID:
        return []
    draft = Draft(
        user_id=seller_id,
        audience=SELLER,
        event=review.name,
        subject_id=review.review_id,
        title=_in_one_line(f"{review.author} gave {_stars(review.rating)} to {review.product_title}"),
        body=f"“{review.title}”\n\n{review.excerpt}",
        data={
            "product_id": review.product_id,
            "product_slug": review.product_slug,
            "review_id": review.review_id,
            "rating": review.rating,
            "role": SELLER,
        },
    )
    return [draft]


def drafts_of_changed_seller(seller: SellerChanged) -> list[Draft]:
    """One for the seller, if staff changed their status; a new seller knows theirs."""
    is_decision = seller.previous_status not in {"", seller.status}
    if not is_decision or seller.status not in _STANDINGS:
        return []
    title, body = _STANDINGS[seller.status]
    draft = Draft(
        user_id=UUID(seller.seller_id),
        audience=SELLER,
        event=seller.name,
        subject_id=f"{seller.seller_id}:{seller.version}",
        title=title,
        body=f"{body}\n\nThe reason: {seller.reason}" if seller.reason else body,
        data={"status": seller.status, "reason": seller.reason, "role": SELLER},
    )
    return [draft]


def drafts_of_low_stock(stock: StockLow) -> list[Draft]:
    """One for the seller, unless that is the shop itself."""
    seller_id = UUID(stock.seller_id)
    if seller_id == HOUSE_SELLER_ID:
        return []
    left = f"{stock.on_hand} left" if stock.on_hand else "Sold out"
    draft = Draft(
        user_id=seller_id,
        audience=SELLER,
        event=stock.name,
        subject_id=f"{stock.sku}:{stock.version}",
        title=_in_one_line(f"{left}: {stock.product_title}"),
        body=_of_what_is_left(stock),
        data={
            "sku": stock.sku,
            "product_id": stock.product_id,
            "product_slug": stock.product_slug,
            "on_hand": stock.on_hand,
            "low_at": stock.low_at,
            "role": SELLER,
        },
    )
    return [draft]


def group_of(draft: Draft) -> str:
    """The group of events that a notification belongs to, or ``STANDING``."""
    if draft.event == SellerChanged.name:
        return STANDING
    if draft.event == StockLow.name:
        return "stock"
    if not is_of_order(draft.event):
        return "reviews"
    return "sales" if draft.audience == SELLER else "orders"


def is_of_order(event: str) -> bool:
    """Whether an event is about an order."""
    return event.startswith("orders.")


def path_of(data: Mapping[str, Any]) -> str:
    """The path of what a notification is about: an order, a product, or else the list of notifications."""
    if "order_id" in data:
        return f"/api/v1/orders/{data['order_id']}/"
    if "product_id" in data:
        return f"/api/v1/products/{data['product_id']}/"
    return "/account/notifications/"


def choice(group: str, channel: str) -> str:
    """How ``Feed.muted`` names a channel that is switched off for a group."""
    return f"{group}.{channel}"


def next_mail_attempt_at(*, attempts: int, now: datetime) -> datetime | None:
    """When a letter that failed for the ``attempts``-th time is tried again; None if it is given up."""
    if attempts > len(_MAIL_DELAYS_SECONDS):
        return None
    return now + timedelta(seconds=_MAIL_DELAYS_SECONDS[attempts - 1])


def _of_order(order: OrderFact, *, title: str, body: str, **data: Any) -> Draft:
    """For the buyer."""
    return Draft(
        user_id=UUID(order.customer_id),
        audience=BUYER,
        event=order.name,
        subject_id=order.order_id,
        title=title,
        body=body,
        data={"order_id": order.order_id, "number": order.number, "role": BUYER, **data},
    )


def _for_buyer(order: OrderConfirmed) -> Draft:
    total = Money(order.total_minor, order.currency)
    return Draft(
        user_id=UUID(order.customer_id),
        audience=BUYER,
        event=order.name,
        subject_id=order.order_id,
        title=f"Order {order.number} is confirmed",
        body=f"Thank you! Your payment of {total} has arrived; we are getting {_pieces(order.lines)} ready for you.",
        data=_order_data(order, BUYER, order.lines, total),
    )


def _for_seller(order: OrderConfirmed, seller_id: UUID) -> Draft:
    lines = [line for line in order.lines if UUID(line.seller_id) == seller_id]
    total = Money(sum(line.unit_price_minor * line.quantity for line in lines), order.currency)
    return Draft(
        user_id=seller_id,
        audience=SELLER,
        event=order.name,
        subject_id=order.order_id,
        title=f"New order {order.number}",
        body=f"You have sold {_pieces(lines)} for {total}. The order is paid and waits to be sent.",
        data=_order_data(order, SELLER, lines, total),
    )


def _order_data(order: OrderConfirmed, role: str, lines: Iterable[OrderLine], total: Money) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "number": order.number,
        "role": role,
        "total": _money(total),
        "lines": [
            {
                "sku": line.sku,
                "title": line.title,
                "quantity": line.quantity,
                "unit_price": _money(Money(line.unit_price_minor, order.currency)),
            }
            for line in lines
        ],
    }


def _of_what_is_left(stock: StockLow) -> str:
    if not stock.on_hand:
        return f"The last of {stock.sku} is gone, and nobody can order it until you add some."
    pieces = "one item" if stock.on_hand == 1 else f"{stock.on_hand} items"
    return f"There is only {pieces} left of {stock.sku}. You are told of this at {stock.low_at} and when all are gone."


def _money(money: Money) -> dict[str, str]:
    return {"amount": money.amount(), "currency": money.currency}


def _pieces(lines: Iterable[OrderLine]) -> str:
    count = sum(line.quantity for line in lines)
    return "one item" if count == 1 else f"{count} items"


def _stars(rating: int) -> str:
    return "★" * rating + "☆" * (BEST_RATING - rating)


def _in_one_line(text: str) -> str:
    """Text that a person typed, as a title, which is also the subject of a letter: one line of limited length."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_TITLE else f"{line[: MAX_TITLE - 1]}…"
