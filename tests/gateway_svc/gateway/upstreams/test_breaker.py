"""A service that fails is left alone for a while, then tried by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway_svc.gateway.upstreams.breaker import TRIAL_SECONDS, Breaker, State

OPEN_SECONDS = 10.0


def breaker(outcomes: list[bool], at: float = 100.0) -> Breaker:
    """One that has seen this."""
    made = Breaker(least_requests=20, open_seconds=OPEN_SECONDS)
    for is_good in outcomes:
        made.report(is_good=is_good, began_at=at, now=at)
    return made


def open_one(at: float = 100.0) -> Breaker:
    """One that has opened just now."""
    return breaker([False] * 20, at)


class TestBreaker:
    @given(good=st.integers(0, 60), bad=st.integers(0, 60))
    def test_opens_when_more_than_three_of_ten_failed_of_twenty_or_more(self, good: int, bad: int) -> None:
        found = breaker([True] * good + [False] * bad)

        # It may have opened at any failure on the way here.
        worst = max(((failed / (good + failed)) for failed in range(1, bad + 1) if good + failed >= 20), default=0.0)
        assert found.admit(100.0) is not (worst > 0.3)

    def test_forgets_what_was_long_ago(self) -> None:
        found = breaker([False] * 19, at=100.0)

        found.report(is_good=False, began_at=115.0, now=115.0)

        assert found.admit(115.0)

    def test_stays_closed_whatever_says_nothing_of_the_service(self) -> None:
        found = breaker([])
        for _ in range(50):
            found.report(is_good=None, began_at=100.0, now=100.0)

        assert found.state(100.0) is State.CLOSED

    def test_says_when_it_opens(self) -> None:
        found = breaker([False] * 19)

        assert found.report(is_good=False, began_at=100.0, now=100.0)
        assert not found.report(is_good=False, began_at=100.0, now=100.0)

    def test_turns_all_away_while_it_is_open_and_says_for_how_long(self) -> None:
        found = open_one(at=100.0)

        assert not found.admit(104.0)
        assert found.open_for(104.0) == 6.0
        assert found.state(104.0) is State.OPEN

    def test_then_lets_one_try(self) -> None:
        found = open_one(at=100.0)

        assert [found.admit(110.0) for _ in range(3)] == [True, False, False]
        assert found.state(110.0) is State.HALF_OPEN

    def test_closes_when_that_goes_well(self) -> None:
        found = open_one(at=100.0)
        found.admit(110.0)

        assert found.report(is_good=True, began_at=110.0, now=110.5)
        assert all(found.admit(110.5) for _ in range(30))

    def test_stays_open_for_as_long_again_when_it_does_not(self) -> None:
        found = open_one(at=100.0)
        found.admit(110.0)

        found.report(is_good=False, began_at=110.0, now=111.0)

        assert not found.admit(120.9)
        assert found.admit(121.0)

    def test_lets_the_next_try_when_the_first_was_given_up(self) -> None:
        found = open_one(at=100.0)
        found.admit(110.0)

        found.report(is_good=None, began_at=110.0, now=110.1)

        assert found.admit(110.2)

    def test_does_not_care_how_older_requests_end(self) -> None:
        found = open_one(at=100.0)
        found.admit(110.0)

        found.report(is_good=True, began_at=99.0, now=110.1)

        assert not found.admit(110.2)

    def test_begins_anew_once_it_has_closed(self) -> None:
        found = open_one(at=100.0)
        found.admit(110.0)
        found.report(is_good=True, began_at=110.0, now=110.0)

        for _ in range(19):
            found.report(is_good=False, began_at=110.0, now=110.0)

        assert found.admit(110.0)


class TestATryThatHearsNothing:
    JUDGED_AT = 110.0 + TRIAL_SECONDS

    def test_counts_as_failed_soon(self) -> None:
        found = open_one(at=100.0)
        found.admit(110.0)

        assert found.open_for(self.JUDGED_AT) == OPEN_SECONDS
        assert found.state(self.JUDGED_AT) is State.OPEN
        assert not found.admit(self.JUDGED_AT + OPEN_SECONDS - 0.1)
        assert found.admit(self.JUDGED_AT + OPEN_SECONDS)

    @pytest.mark.parametrize("is_good", [False, None])
    def test_gains_no_more_time_by_failing_late(self, is_good: bool | None) -> None:
        found = open_one(at=100.0)
        found.admit(110.0)

        found.report(is_good=is_good, began_at=110.0, now=120.0)

        assert not found.admit(120.0)
        assert found.open_for(120.0) == self.JUDGED_AT + OPEN_SECONDS - 120.0

    def test_closes_it_when_it_goes_well_after_all(self) -> None:
        found = open_one(at=100.0)
        found.admit(110.0)

        assert found.report(is_good=True, began_at=110.0, now=self.JUDGED_AT + 1)
        assert not found.is_open

    def test_says_nothing_once_another_tries(self) -> None:
        found = open_one(at=100.0)
        found.admit(110.0)
        found.admit(self.JUDGED_AT + OPEN_SECONDS)

        assert not found.report(is_good=True, began_at=110.0, now=self.JUDGED_AT + OPEN_SECONDS + 1)
        assert found.is_open
