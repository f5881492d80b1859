"""Whatever is done to orders, and wherever a process is killed, each ends as the model says, and the books agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ops.platform import Platform
from tests.system.crashes import CANCEL, DELIVER, PLACE, POINTS, SHIP, Point, wait_until_all_is_well
from tests.system.lives import ONE, TOO_MANY, Lives
from tests.system.people import Person, sign_up

SEED = 22
WALKS = 5
STEPS = 12
CARDS = ["tok_success"] * 4 + ["tok_declined", "tok_insufficient_funds", "tok_timeout", "tok_flaky"]
BASKETS = [ONE, ("plenty", 2), ("few", 1), ("few", 2), TOO_MANY]
WHICH = st.integers(0, STEPS)


def step(do: Callable[..., None], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(do), st.fixed_dictionaries(given))


ANY_STEP = st.one_of(
    step(Lives.place, basket=st.sampled_from(BASKETS), token=st.sampled_from(CARDS)),
    step(Lives.move, which=WHICH, act=st.sampled_from([CANCEL, SHIP, DELIVER])),
    step(Lives.move, which=WHICH, act=st.sampled_from([SHIP, DELIVER, CANCEL])),
    step(Lives.report, which=WHICH, times=st.integers(1, 2)),
    step(Lives.ask_again, which=WHICH),
    step(Lives.ask_for_another, which=WHICH),
    step(Lives.crash, point=st.sampled_from(POINTS)),
)


class Walk(RuleBasedStateMachine):
    """Anything in any sequence, with one crash at least."""

    def __init__(self, lives: Lives) -> None:
        super().__init__()
        self.lives = lives

    @initialize(point=st.sampled_from([point for point in POINTS if point.act == PLACE]))
    def begin(self, point: Point) -> None:
        self.lives.crash(point)

    # One rule: of several, each walk would leave some out, and there are few walks.
    @rule(step=ANY_STEP)
    def go_on(self, step: tuple[Callable[..., None], dict[str, Any]]) -> None:
        do, given = step
        do(self.lives, **given)

    def teardown(self) -> None:
        if not self.lives.failure:
            self.lives.end()


@pytest.fixture(scope="module")
def people(platform: Platform) -> Iterator[tuple[Person, Person]]:
    """A seller and a buyer, who are patient with a shop that is busy, and leave it in good order."""
    yield sign_up(platform.url, "seller", patience_seconds=30), sign_up(platform.url, patience_seconds=30)
    wait_until_all_is_well(platform)


class TestLives:
    @pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
    def test_end_as_they_should_where_something_is_killed(
        self, platform: Platform, people: tuple[Person, Person], point: Point
    ) -> None:
        lives = Lives(platform, *people)

        lives.crash(point)

        lives.end()

    def test_end_as_they_should_whatever_comes(self, platform: Platform, people: tuple[Person, Person]) -> None:
        bounded = settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # to look for a shorter walk that fails would take minutes
        )

        walked: list[Lives] = []

        def set_out() -> Walk:
            walked.append(Lives(platform, *people))
            return Walk(walked[-1])

        try:
            run_state_machine_as_test(seed(SEED)(set_out), settings=bounded)
        except Exception:
            # Where a walk began like another that went well, Hypothesis says that, and not what went wrong.
            for failure in (lives.failure for lives in walked if lives.failure):
                raise failure from None
            raise
