"""The contract of every payment provider: the tests of an adapter are a subclass with its own fixtures."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

import pytest

from common import clock
from common.money import Money
from order_svc.payments.adapters.provider import Bill, Charge, ChargeState, Provider

State = ChargeState


class Promises:
    """A repeated call answers with the current state; one key is charged once."""

    good_token: str
    bad_token: str

    @pytest.fixture
    def asked(self) -> Provider:
        """The adapter, with a provider that has no charges."""
        raise NotImplementedError

    @pytest.fixture
    def pages(self, monkeypatch: pytest.MonkeyPatch, asked: Provider) -> None:
        """Pages of two, if the adapter has a ``PAGE`` for their size."""
        monkeypatch.setattr(sys.modules[type(asked).__module__], "PAGE", 2, raising=False)

    @pytest.fixture
    def good(self) -> Bill:
        return Bill(key="key-1", token=self.good_token, amount=Money(2500, "USD"))

    @pytest.fixture
    def held(self, asked: Provider, good: Bill) -> Charge:
        return asked.authorise(good)

    def test_holds_the_money_once_a_key(self, asked: Provider, good: Bill, held: Charge) -> None:
        assert asked.authorise(good) == held
        assert (held.state, held.amount, bool(held.reference)) == (State.AUTHORISED, good.amount, True)

    def test_holds_it_again_for_another_key(self, asked: Provider, held: Charge) -> None:
        another = asked.authorise(Bill(key="key-2", token=self.good_token, amount=held.amount))

        assert another.reference != held.reference

    def test_declines_a_bad_card_with_a_code(self, asked: Provider) -> None:
        declined = [
            asked.authorise(Bill(key="key-1", token=self.bad_token, amount=Money(2500, "USD"))) for _ in range(2)
        ]

        assert [charge.state for charge in declined] == [State.DECLINED] * 2
        assert all(charge.failure_code for charge in declined)

    def test_takes_what_is_held(self, asked: Provider, held: Charge) -> None:
        assert [asked.capture(held.reference).state for _ in range(2)] == [State.CAPTURED] * 2

    def test_takes_nothing_that_was_let_go(self, asked: Provider, good: Bill, held: Charge) -> None:
        asked.void(good)

        assert asked.capture(held.reference).state == State.VOIDED

    def test_lets_go_what_is_held(self, asked: Provider, good: Bill, held: Charge) -> None:
        assert [asked.void(good).state for _ in range(2)] == [State.VOIDED] * 2

    def test_spends_a_key_that_nobody_used_yet(self, asked: Provider, good: Bill) -> None:
        asked.void(good)

        assert asked.authorise(good).state == State.VOIDED

    def test_lets_go_nothing_that_was_taken(self, asked: Provider, good: Bill, held: Charge) -> None:
        asked.capture(held.reference)

        assert asked.void(good).state == State.CAPTURED

    def test_gives_back_what_was_taken(self, asked: Provider, held: Charge) -> None:
        asked.capture(held.reference)

        assert [asked.refund(held.reference).state for _ in range(2)] == [State.REFUNDED] * 2

    def test_gives_back_what_is_merely_held_by_letting_it_go(self, asked: Provider, held: Charge) -> None:
        assert asked.refund(held.reference).state == State.VOIDED

    def test_tells_what_stands(self, asked: Provider, held: Charge) -> None:
        taken = asked.capture(held.reference)

        assert asked.look_up(held.reference) == taken
        assert asked.look_up("nobody's") is None

    def test_lists_what_it_was_asked_for(self, asked: Provider, good: Bill, held: Charge) -> None:
        asked.capture(held.reference)
        asked.authorise(Bill(key="key-2", token=self.bad_token, amount=good.amount))

        listed = asked.charges(since=_from_now(-60), until=_from_now(60), after="")

        states = {each.key: each.charge.state for each in listed.charges}
        assert (states, listed.after) == ({"key-1": State.CAPTURED, "key-2": State.DECLINED}, "")

    @pytest.mark.parametrize(("since", "until"), [(-120, -60), (60, 120)])
    def test_lists_nothing_of_another_time(self, asked: Provider, held: Charge, since: int, until: int) -> None:
        assert not asked.charges(since=_from_now(since), until=_from_now(until), after="").charges

    def test_lists_a_page_at_a_time(self, asked: Provider, good: Bill, pages: None) -> None:
        keys = {f"key-{number}" for number in range(5)}
        for key in keys:
            asked.authorise(Bill(key=key, token=self.good_token, amount=good.amount))

        found, after = [], ""
        while True:
            page = asked.charges(since=_from_now(-60), until=_from_now(60), after=after)
            found += [each.key for each in page.charges]
            if not (after := page.after):
                break

        assert (len(found), set(found)) == (5, keys)


def _from_now(seconds: int) -> datetime:
    return clock.now() + timedelta(seconds=seconds)
