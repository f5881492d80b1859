"""The sandbox answers as its tokens say, and remembers."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from common.money import Money
from order_svc.payments.adapters.provider import (
    Bill,
    Charge,
    ChargeState,
    ForgedNotice,
    Notice,
    ProviderTimedOut,
    ProviderUnavailable,
)
from order_svc.payments.adapters.sandbox import Sandbox
from order_svc.payments.adapters.signature import sign
from order_svc.payments.models import SandboxCharge
from tests.order_svc.factories import NOON
from tests.order_svc.payments.promises import Promises

pytestmark = pytest.mark.django_db(transaction=True)


State = ChargeState
SECRET = "sandbox-secret"


def bill(token: str = "tok_success", key: str = "key-1") -> Bill:
    return Bill(key=key, token=token, amount=Money(100, "USD"))


def authorise(token: str = "tok_success", key: str = "key-1") -> Charge:
    return Sandbox().authorise(bill(token, key))


class TestPromises(Promises):
    good_token, bad_token = "tok_success", "tok_declined"

    @pytest.fixture
    def asked(self) -> Sandbox:
        return Sandbox()


class TestAuthorise:
    def test_writes_one_line_a_key(self) -> None:
        for _ in range(3):
            authorise()

        assert SandboxCharge.objects.get().calls == 3

    @pytest.mark.parametrize(
        ("token", "code"),
        [
            ("tok_declined", "card_declined"),
            ("tok_insufficient_funds", "insufficient_funds"),
            ("tok_nobody_knows", "invalid_token"),
        ],
    )
    def test_declines_a_bad_token_with_a_code(self, token: str, code: str) -> None:
        for _ in range(2):
            declined = authorise(token)
            assert (declined.state, declined.failure_code) == (State.DECLINED, code)

    def test_answers_late_after_it_has_done_it(self, settings: Any) -> None:
        settings.PROVIDER_TIMEOUT_SECONDS = 0.2
        started = time.monotonic()

        with pytest.raises(ProviderTimedOut):
            authorise("tok_timeout")

        assert time.monotonic() - started >= 0.2
        assert SandboxCharge.objects.get().status == "authorised"
        assert authorise("tok_timeout").state == State.AUTHORISED

    def test_fails_twice_without_having_done_anything(self) -> None:
        for _ in range(2):
            with pytest.raises(ProviderUnavailable):
                authorise("tok_flaky")
            assert SandboxCharge.objects.get().status == "received"

        assert authorise("tok_flaky").state == State.AUTHORISED

    def test_is_refused_inside_a_transaction(self) -> None:
        with transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
            authorise()

    def test_many_at_once_are_one(self) -> None:
        with ThreadPoolExecutor(8) as threads:
            answers = set(threads.map(_authorise_in_thread, range(8)))

        assert len(answers) == 1
        assert SandboxCharge.objects.get().calls == 8


class TestLookUp:
    @pytest.mark.parametrize("reference", ["", "sandbox_999", "sandbox_x", "pi_1", "sandbox_" + "9" * 30])
    def test_knows_nothing_of_others(self, reference: str) -> None:
        assert Sandbox().look_up(reference) is None


class TestReadNotice:
    def test_takes_what_is_signed(self) -> None:
        assert read(signed(BODY)) == Notice(id="evt_1", key="key-1", reference="sandbox_1")

    @pytest.mark.parametrize("seconds", [-301, 301])
    def test_refuses_what_is_old_or_of_the_future(self, seconds: int) -> None:
        with pytest.raises(ForgedNotice):
            read(signed(BODY, at=NOON + timedelta(seconds=seconds)))

    @pytest.mark.parametrize(
        "header", ["", "t=1", "v1=00", "t=x,v1=00", "t=٣,v1=00", "t=" + "9" * 400 + ",v1=00", ",,=,", "t=1,v1=ü"]
    )
    def test_refuses_what_is_not_signed(self, header: str) -> None:
        with pytest.raises(ForgedNotice):
            read(header)

    def test_refuses_the_signature_of_another_body(self) -> None:
        with pytest.raises(ForgedNotice):
            read(signed(b"{}"))

    def test_refuses_everything_while_no_secret_is_agreed_on(self, settings: Any) -> None:
        header = signed(BODY, secret="")
        settings.SANDBOX_WEBHOOK_SECRET = ""

        with pytest.raises(ForgedNotice):
            read(header)

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000])
    def test_refuses_what_the_sandbox_would_not_send(self, body: bytes) -> None:
        with pytest.raises(ForgedNotice):
            read(signed(body), body=body)


BODY = b'{"id": "evt_1", "key": "key-1", "reference": "sandbox_1"}'


@pytest.fixture(autouse=True)
def _secret(settings: Any) -> None:
    settings.SANDBOX_WEBHOOK_SECRET = SECRET


def signed(body: bytes, *, at: datetime = NOON, secret: str = SECRET) -> str:
    signed_at = int(at.timestamp())
    return f"t={signed_at},v1={sign(body, secret=secret, signed_at=signed_at)}"


def read(header: str, *, body: bytes = BODY) -> Notice | None:
    return Sandbox().read_notice(body=body, headers={"Sandbox-Signature": header}, now=NOON)


def _authorise_in_thread(_: int) -> Any:
    try:
        return authorise()
    finally:
        connection.close()
