"""The sandbox answers as its tokens say, and remembers."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from common.money import Money
from order_svc.payments.adapters.provider import Charge, ProviderTimedOut, ProviderUnavailable
from order_svc.payments.adapters.sandbox import Sandbox
from order_svc.payments.models import SandboxCharge

pytestmark = pytest.mark.django_db(transaction=True)


def charge(token: str, key: str = "key-1", timeout_seconds: float = 0.01) -> Charge:
    return Sandbox().charge(idempotency_key=key, token=token, amount=Money(100, "USD"), timeout_seconds=timeout_seconds)


class TestCharge:
    def test_a_good_token_is_charged_once_a_key(self) -> None:
        assert charge("tok_success") == charge("tok_success")

        assert SandboxCharge.objects.get().calls == 2

    @pytest.mark.parametrize(
        ("token", "code"),
        [
            ("tok_declined", "card_declined"),
            ("tok_insufficient_funds", "insufficient_funds"),
            ("tok_nobody_knows", "invalid_token"),
        ],
    )
    def test_a_bad_token_is_declined_with_a_code(self, token: str, code: str) -> None:
        assert charge(token).failure_code == code
        assert charge(token).failure_code == code

    def test_a_late_answer_comes_after_the_charge(self) -> None:
        started = time.monotonic()

        with pytest.raises(ProviderTimedOut):
            charge("tok_timeout", timeout_seconds=0.2)

        assert time.monotonic() - started >= 0.2
        assert SandboxCharge.objects.get().status == "succeeded"
        assert not charge("tok_timeout").is_declined

    def test_a_flaky_one_fails_twice_without_a_charge(self) -> None:
        for _ in range(2):
            with pytest.raises(ProviderUnavailable):
                charge("tok_flaky")
            assert Sandbox().look_up(idempotency_key="key-1", timeout_seconds=1) is None

        assert not charge("tok_flaky").is_declined

    def test_is_refused_inside_a_transaction(self) -> None:
        with transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
            charge("tok_success")

    def test_many_at_once_are_one_charge(self) -> None:
        with ThreadPoolExecutor(8) as threads:
            answers = set(threads.map(_charge_in_thread, range(8)))

        assert len(answers) == 1
        assert SandboxCharge.objects.get().calls == 8


class TestLookUp:
    def test_tells_what_was_decided(self) -> None:
        made = charge("tok_success")

        assert Sandbox().look_up(idempotency_key="key-1", timeout_seconds=1) == made
        assert Sandbox().look_up(idempotency_key="key-2", timeout_seconds=1) is None


class TestRefund:
    def test_a_second_time_changes_nothing(self) -> None:
        charge("tok_success")

        Sandbox().refund(idempotency_key="key-1", timeout_seconds=1)
        Sandbox().refund(idempotency_key="key-1", timeout_seconds=1)

        assert SandboxCharge.objects.get().status == "refunded"


def _charge_in_thread(_: int) -> Any:
    try:
        return charge("tok_success")
    finally:
        connection.close()
