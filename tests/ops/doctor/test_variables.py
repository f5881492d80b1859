"""Variables that nobody understands, or that contradict one another."""

from __future__ import annotations

import base64

import pytest

from ops.doctor import variables
from ops.environment import public_half
from ops.state import State

KEY = base64.b64encode(b"k" * 32).decode()


def told(state: State) -> list[tuple[str, str]]:
    return [(finding.what, finding.cure) for finding in variables.examine(state)]


class TestVariables:
    def test_that_are_not_set_are_no_fault(self, state: State, given: pytest.MonkeyPatch) -> None:
        assert told(state) == []

    def test_that_nothing_reads_are_named_with_what_was_meant(self, state: State, given: pytest.MonkeyPatch) -> None:
        given.setenv("OPENCOMMERCE_BROKR_URL", "amqp://somewhere/")

        [(what, cure)] = told(state)

        assert what == "OPENCOMMERCE_BROKR_URL is set, and nothing reads it."
        assert "OPENCOMMERCE_BROKER_URL" in cure

    def test_that_a_service_does_not_take_are_named_with_the_service(
        self, state: State, given: pytest.MonkeyPatch
    ) -> None:
        given.setenv("ORDER_SVC_SANDBOX", "maybe")

        [(what, _)] = told(state)

        assert what == "order_svc would not start: ORDER_SVC_SANDBOX is 'maybe'; it takes on or off."

    def test_that_take_play_money_beside_real_money_are_told(self, state: State, given: pytest.MonkeyPatch) -> None:
        given.setenv("ORDER_SVC_SANDBOX", "on")
        given.setenv("ORDER_SVC_STRIPE_SECRET_KEY", "rk_live_x")

        [(what, _)] = told(state)

        assert what.startswith("order_svc would not start: ORDER_SVC_SANDBOX is on beside a live key of Stripe")

    def test_that_all_services_refuse_are_named_once(self, state: State, given: pytest.MonkeyPatch) -> None:
        given.setenv("OPENCOMMERCE_DEBUG", "perhaps")

        [(what, _)] = told(state)

        assert what.startswith("user_svc, product_svc, order_svc, notify_svc, file_svc, gateway_svc would not start")

    def test_of_which_one_is_not_the_others_half_are_named(self, state: State, given: pytest.MonkeyPatch) -> None:
        given.setenv("GATEWAY_SVC_ASSERTION_KEY", KEY)
        given.setenv("OPENCOMMERCE_ASSERTION_PUBLIC_KEY", KEY)

        assert [what for what, _ in told(state)] == [
            "OPENCOMMERCE_ASSERTION_PUBLIC_KEY is not the public half of GATEWAY_SVC_ASSERTION_KEY."
        ]

    def test_of_which_one_is_the_others_half_are_not(self, state: State, given: pytest.MonkeyPatch) -> None:
        given.setenv("GATEWAY_SVC_ASSERTION_KEY", KEY)
        given.setenv("OPENCOMMERCE_ASSERTION_PUBLIC_KEY", public_half(KEY))

        assert told(state) == []

    def test_that_open_a_public_shop_to_all_are_named(self, state: State, given: pytest.MonkeyPatch) -> None:
        given.setenv("OPENCOMMERCE_PUBLIC_URL", "https://shop.example")
        given.setenv("ORDER_SVC_SANDBOX", "on")

        assert [cure for _, cure in told(state)] == [
            "export ORDER_SVC_SANDBOX=off",
            "export OPENCOMMERCE_STAFF_NEED_SECOND_FACTOR=on",
        ]
