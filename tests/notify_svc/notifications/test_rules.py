"""Who is told of what, in which words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notify_svc.notifications import rules
from tests.notify_svc.factories import (
    HOUSE_SELLER,
    OrderCancelledFactory,
    OrderConfirmedFactory,
    OrderDeliveredFactory,
    OrderLineFactory,
    OrderRefundedFactory,
    OrderShippedFactory,
    ReviewPostedFactory,
    SellerChangedFactory,
    StockLowFactory,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADA = "6f1d1a3e-0c5e-4a3f-9a53-4d3c8b4d2a11"
BOB = "6f1d1a3e-0c5e-4a3f-9a53-4d3c8b4d2a12"


class TestDraftsOfConfirmedOrder:
    def test_tell_the_buyer_of_the_whole(self) -> None:
        order = OrderConfirmedFactory(number="OC-7", total_minor=2500)

        [draft] = rules.drafts_of_confirmed_order(order)

        assert draft.title == "Order OC-7 is confirmed"
        assert "25.00 USD" in draft.body
        assert draft.event == "orders.order_confirmed.v1"
        assert draft.data["total"] == {"amount": "25.00", "currency": "USD"}
        assert (draft.data["order_id"], draft.data["number"]) == (order.order_id, "OC-7")

    def test_tell_each_seller_of_their_own_lines(self) -> None:
        lines = (
            OrderLineFactory(seller_id=ADA, sku="A", quantity=1, unit_price_minor=100),
            OrderLineFactory(seller_id=BOB, sku="B", quantity=2, unit_price_minor=300),
            OrderLineFactory(seller_id=ADA, sku="C", quantity=1, unit_price_minor=50),
        )

        _, of_ada, of_bob = rules.drafts_of_confirmed_order(OrderConfirmedFactory(lines=lines, number="OC-8"))

        assert [str(of_ada.user_id), str(of_bob.user_id)] == [ADA, BOB]
        assert of_ada.title == "New order OC-8"
        assert of_ada.data["role"] == "seller"
        assert [line["sku"] for line in of_ada.data["lines"]] == ["A", "C"]
        assert of_ada.data["total"] == {"amount": "1.50", "currency": "USD"}
        assert of_bob.data["total"] == {"amount": "6.00", "currency": "USD"}

    def test_tell_nobody_where_the_house_sells(self) -> None:
        order = OrderConfirmedFactory(lines=(OrderLineFactory(seller_id=HOUSE_SELLER),))

        assert [draft.audience for draft in rules.drafts_of_confirmed_order(order)] == ["buyer"]


class TestDraftsOfCancelledOrder:
    @pytest.mark.parametrize(
        ("reason", "words"),
        [
            ("out_of_stock", "sold out"),
            ("payment_declined", "declined"),
            ("customer", "as you asked"),
            ("expired", "in time"),
            ("a_reason_of_tomorrow", "goes back to you"),
        ],
    )
    def test_tell_the_buyer_why(self, reason: str, words: str) -> None:
        [draft] = rules.drafts_of_cancelled_order(OrderCancelledFactory(reason=reason))

        assert words in draft.body
        assert draft.data["reason"] == reason

    def test_do_not_say_that_the_buyer_asked_for_what_the_shop_did(self) -> None:
        [draft] = rules.drafts_of_cancelled_order(OrderCancelledFactory(reason="customer", is_by_shop=True))

        assert draft.body == "We have cancelled it. Whatever you had paid goes back to you."

    def test_tell_each_seller_who_was_about_to_send_it(self) -> None:
        fact = OrderCancelledFactory(number="OC-7", seller_ids=(ADA, HOUSE_SELLER))

        _, draft = rules.drafts_of_cancelled_order(fact)

        assert (str(draft.user_id), draft.audience, draft.title) == (ADA, "seller", "Order OC-7 is cancelled")
        assert "do not send" in draft.body
        assert draft.data["role"] == "seller"


class TestDraftsOfRefundedOrder:
    def test_tell_the_buyer_how_much(self) -> None:
        [draft] = rules.drafts_of_refunded_order(OrderRefundedFactory(number="OC-7"))

        assert draft.title == "Order OC-7 is refunded"
        assert "25.00 USD" in draft.body
        assert draft.data["amount"] == {"amount": "25.00", "currency": "USD"}


class TestDraftsOfShippedOrder:
    def test_tell_the_buyer_how_to_follow_it(self) -> None:
        [draft] = rules.drafts_of_shipped_order(OrderShippedFactory(number="OC-7", tracking="1Z999"))

        assert draft.title == "Order OC-7 is on its way"
        assert draft.body == "2 items left for you. The parcel can be followed as 1Z999."
        assert (draft.data["tracking"], draft.data["is_complete"]) == ("1Z999", True)

    def test_tell_of_each_parcel(self) -> None:
        fact = OrderShippedFactory(number="OC-7", tracking="", is_complete=False)

        [first] = rules.drafts_of_shipped_order(fact)
        [second] = rules.drafts_of_shipped_order(replace(fact, version=fact.version + 1))

        assert first.title == "A part of order OC-7 is on its way"
        assert first.body == "2 items left for you."
        assert first.subject_id != second.subject_id


class TestDraftsOfDeliveredOrder:
    def test_tell_the_buyer(self) -> None:
        [draft] = rules.drafts_of_delivered_order(OrderDeliveredFactory(number="OC-7"))

        assert (draft.title, draft.audience) == ("Order OC-7 is delivered", "buyer")


class TestDraftsOfPostedReview:
    def test_tell_the_seller_what_was_said(self) -> None:
        review = ReviewPostedFactory(seller_id=ADA)

        [draft] = rules.drafts_of_posted_review(review)

        assert (str(draft.user_id), draft.audience) == (ADA, "seller")
        assert draft.title == "Ada L. gave ★★★★☆ to Coffee grinder"
        assert draft.body == "“Loud, and good”\n\nIt grinds."
        assert (draft.event, draft.subject_id) == ("reviews.review_posted.v1", review.review_id)
        assert draft.data == {
            "product_id": review.product_id,
            "product_slug": "coffee-grinder",
            "review_id": review.review_id,
            "rating": 4,
            "role": "seller",
        }

    def test_have_a_title_of_one_line_that_ends(self) -> None:
        [draft] = rules.drafts_of_posted_review(
            ReviewPostedFactory(product_title="A\r\nBcc: b@example.com " + "x" * 200)
        )

        assert draft.title.startswith("Ada L. gave ★★★★☆ to A Bcc: b@example.com xxx")
        assert (len(draft.title), draft.title[-1]) == (200, "…")

    def test_tell_nobody_where_the_house_sells(self) -> None:
        assert rules.drafts_of_posted_review(ReviewPostedFactory(seller_id=HOUSE_SELLER)) == []


class TestDraftsOfChangedSeller:
    def test_tell_the_reason(self) -> None:
        [draft] = rules.drafts_of_changed_seller(SellerChangedFactory(seller_id=ADA, reason="Sold a bridge."))

        assert (str(draft.user_id), draft.title) == (ADA, "You cannot sell at the moment")
        assert draft.body.endswith("The reason: Sold a bridge.")
        assert draft.data == {"status": "suspended", "reason": "Sold a bridge.", "role": "seller"}

    def test_tell_whoever_may_sell(self) -> None:
        approved = SellerChangedFactory(status="approved", previous_status="pending", reason="")

        [draft] = rules.drafts_of_changed_seller(approved)

        assert draft.title == "You can sell now"
        assert "reason" not in draft.body

    @pytest.mark.parametrize(
        ("previous_status", "status"), [("", "approved"), ("", "pending"), ("approved", "approved")]
    )
    def test_say_nothing_where_nobody_decided(self, previous_status: str, status: str) -> None:
        changed = SellerChangedFactory(status=status, previous_status=previous_status, reason="")

        assert rules.drafts_of_changed_seller(changed) == []


class TestNextMailAttempt:
    def test_waits_longer_each_time_and_gives_up_after_the_eighth(self) -> None:
        waits = [rules.next_mail_attempt_at(attempts=attempts, now=NOON) for attempts in range(1, 9)]

        assert waits[0] == NOON + timedelta(seconds=10)
        assert waits[:7] == sorted(waits[:7], key=lambda at: at or NOON)
        assert waits[7] is None


class TestDraftsOfLowStock:
    def test_tell_the_seller_how_many_are_left(self) -> None:
        stock = StockLowFactory(seller_id=ADA, on_hand=3, low_at=5)

        [draft] = rules.drafts_of_low_stock(stock)

        assert (str(draft.user_id), draft.audience, draft.title) == (ADA, "seller", "3 left: Coffee grinder")
        assert "only 3 items left of GRINDER" in draft.body
        assert (draft.data["sku"], draft.data["product_slug"]) == ("GRINDER", "coffee-grinder")

    def test_tell_that_all_are_gone(self) -> None:
        [draft] = rules.drafts_of_low_stock(StockLowFactory(seller_id=ADA, on_hand=0))

        assert draft.title == "Sold out: Coffee grinder"

    def test_keep_a_subject_in_one_line(self) -> None:
        stock = StockLowFactory(seller_id=ADA, product_title="A\r\nBcc: eve@example.com " + "x" * 300)

        [draft] = rules.drafts_of_low_stock(stock)

        assert "\n" not in draft.title
        assert len(draft.title) <= rules.MAX_TITLE

    def test_tell_nobody_where_the_house_sells(self) -> None:
        assert rules.drafts_of_low_stock(StockLowFactory(seller_id=HOUSE_SELLER)) == []
