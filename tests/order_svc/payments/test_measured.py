"""What payment providers are asked is measured, whatever they answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import REGISTRY

from common import clock
from common.money import Money
from order_svc.payments.adapters import PROVIDERS
from order_svc.payments.adapters.measured import Measured
from order_svc.payments.adapters.provider import Bill, ForgedNotice, ProviderTimedOut, ProviderUnavailable
from order_svc.payments.adapters.sandbox import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider() -> Measured:
    return Measured("tested", Sandbox())


def bill(token: str) -> Bill:
    return Bill(key=uuid.uuid4().hex, token=token, amount=Money(2500, "USD"))


def calls(operation: str, outcome: str) -> float:
    labels = {"provider": "tested", "operation": operation, "outcome": outcome}
    return REGISTRY.get_sample_value("opencommerce_payment_call_seconds_count", labels) or 0.0


def notices(outcome: str) -> float:
    labels = {"provider": "tested", "outcome": outcome}
    return REGISTRY.get_sample_value("opencommerce_payment_notices_total", labels) or 0.0


class TestMeasured:
    def test_is_every_provider_of_the_shop(self) -> None:
        assert {type(each) for each in PROVIDERS.values()} == {Measured}

    @pytest.mark.parametrize(
        ("token", "outcome"), [("tok_success", "authorised"), ("tok_declined", "declined"), ("nonsense", "declined")]
    )
    def test_counts_by_the_state_that_was_answered(self, provider: Measured, token: str, outcome: str) -> None:
        before = calls("authorise", outcome)

        charge = provider.authorise(bill(token))

        assert charge.state == outcome
        assert calls("authorise", outcome) == before + 1

    def test_counts_what_was_listed(self, provider: Measured) -> None:
        before = calls("list", "listed")

        provider.charges(since=clock.now(), until=clock.now(), after="")

        assert calls("list", "listed") == before + 1

    @pytest.mark.parametrize(
        ("token", "error", "outcome"),
        [("tok_timeout", ProviderTimedOut, "timed_out"), ("tok_flaky", ProviderUnavailable, "unavailable")],
    )
    def test_counts_what_was_not_answered(
        self, provider: Measured, token: str, error: type[Exception], outcome: str
    ) -> None:
        before = calls("authorise", outcome)

        with pytest.raises(error):
            provider.authorise(bill(token))

        assert calls("authorise", outcome) == before + 1

    @pytest.mark.parametrize(
        ("operation", "outcome"), [("capture", "captured"), ("refund", "voided"), ("look_up", "authorised")]
    )
    def test_counts_what_is_done_with_a_charge(self, provider: Measured, operation: str, outcome: str) -> None:
        reference = provider.authorise(bill("tok_success")).reference
        before = calls(operation, outcome)
        ask: Callable[[str], Any] = getattr(provider, operation)

        ask(reference)

        assert calls(operation, outcome) == before + 1

    def test_counts_what_the_provider_does_not_know(self, provider: Measured) -> None:
        before = calls("look_up", "unknown")

        assert provider.look_up("0") is None

        assert calls("look_up", "unknown") == before + 1

    def test_counts_forged_notices(self, provider: Measured) -> None:
        before = notices("forged")

        with pytest.raises(ForgedNotice):
            provider.read_notice(body=b"{}", headers={}, now=clock.now())

        assert notices("forged") == before + 1
