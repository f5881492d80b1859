"""Waiting for a place at a busy service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from gateway_svc.gateway.errors import CircuitOpen, Overloaded
from gateway_svc.gateway.upstreams import line as lines
from gateway_svc.gateway.upstreams.line import RUSH_SECONDS, STANDING_SECONDS, Line


@dataclass
class Waiting:
    """A line, who was let in, in order, and how often a place came back unused."""

    served: list[int] = field(default_factory=list)
    given_back: int = 0

    def __post_init__(self) -> None:
        self.line = Line(self._count)

    def _count(self) -> None:
        self.given_back += 1

    async def come(self, *numbers: int, at: float = 0.0) -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(self._wait(number, at)) for number in numbers]
        await asyncio.sleep(0)
        return tasks

    async def free(self, places: int, *, at: float = 0.0) -> None:
        for _ in range(places):
            self.line.hand_over(at)
            await asyncio.sleep(0.001)

    async def _wait(self, number: int, at: float) -> None:
        await self.line.wait(at)
        self.served.append(number)


def told(story: Callable[[Waiting], Awaitable[None]]) -> Waiting:
    async def run() -> Waiting:
        waiting = Waiting()
        await story(waiting)
        return waiting

    return asyncio.run(run())


class TestALine:
    def test_is_served_in_turn(self) -> None:
        async def story(waiting: Waiting) -> None:
            await waiting.come(1, 2, 3)
            await waiting.free(3, at=STANDING_SECONDS)

        assert told(story).served == [1, 2, 3]

    def test_that_stands_serves_who_came_last(self) -> None:
        async def story(waiting: Waiting) -> None:
            await waiting.come(1, 2)
            await waiting.come(3, at=0.1)
            await waiting.free(1, at=STANDING_SECONDS + 0.01)
            await waiting.come(4, at=0.3)
            await waiting.free(3, at=0.3)

        assert told(story).served == [3, 4, 2, 1]

    def test_that_stands_for_long_turns_away_who_has_waited(self) -> None:
        async def story(waiting: Waiting) -> None:
            old = await waiting.come(*range(10))
            await waiting.free(1, at=STANDING_SECONDS + 0.01)
            young = STANDING_SECONDS + RUSH_SECONDS
            await waiting.come(10, 11, at=young)
            await waiting.free(1, at=young + 0.02)
            refused = await asyncio.gather(*old[:9], return_exceptions=True)
            assert {type(each) for each in refused} == {Overloaded}
            assert len(waiting.line) == 1

        assert told(story).served == [9, 11]

    def test_that_was_empty_is_served_in_turn_again(self) -> None:
        async def story(waiting: Waiting) -> None:
            await waiting.come(1, 2)
            await waiting.free(3, at=1.0)
            await waiting.come(3, 4, at=1.0)
            await waiting.free(2, at=1.1)

        assert told(story).served == [2, 1, 3, 4]

    def test_has_nobody_to_give_a_place_to_when_it_is_empty(self) -> None:
        async def story(waiting: Waiting) -> None:
            assert not waiting.line.hand_over(0.0)

        told(story)

    def test_that_is_dissolved_turns_everybody_away_and_takes_others_afterwards(self) -> None:
        async def story(waiting: Waiting) -> None:
            told = await waiting.come(1, 2, 3)
            waiting.line.dissolve(lambda: CircuitOpen(7.0))
            assert {type(each) for each in await asyncio.gather(*told, return_exceptions=True)} == {CircuitOpen}
            await waiting.come(4)
            await waiting.free(1)

        assert told(story).served == [4]


class TestWhoeverWaits:
    def test_and_goes_as_all_are_turned_away_is_gone(self) -> None:
        async def story(waiting: Waiting) -> None:
            (only,) = await waiting.come(1)
            waiting.line.dissolve(lambda: CircuitOpen(7.0))
            only.cancel()
            await asyncio.wait({only})
            assert only.cancelled()

        assert told(story).given_back == 0

    def test_too_long_is_told_to_come_back_and_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lines, "PATIENCE_SECONDS", 0.01)

        async def story(waiting: Waiting) -> None:
            for refused in await asyncio.gather(*await waiting.come(1, 2, 3), return_exceptions=True):
                assert isinstance(refused, Overloaded)
                assert refused.retry_after_seconds == 1.0
            assert len(waiting.line) == 0
            assert not waiting.line.hand_over(0.0)

        assert told(story).served == []

    def test_as_one_too_many_is_told_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lines, "MOST_WAITING", 2)

        async def story(waiting: Waiting) -> None:
            await waiting.come(1, 2)
            with pytest.raises(Overloaded):
                await waiting.line.wait(0.0)
            await waiting.free(2)

        assert told(story).served == [1, 2]

    def test_and_goes_takes_no_place_along(self) -> None:
        async def story(waiting: Waiting) -> None:
            first, _second = await waiting.come(1, 2)
            first.cancel()
            await asyncio.wait({first})
            assert len(waiting.line) == 1
            await waiting.free(1)

        gone = told(story)
        assert (gone.served, gone.given_back) == ([2], 0)

    def test_and_goes_as_a_place_is_handed_over_gives_it_back(self) -> None:
        async def story(waiting: Waiting) -> None:
            (only,) = await waiting.come(1)
            assert waiting.line.hand_over(0.0)
            only.cancel()
            await asyncio.wait({only})

        gone = told(story)
        assert (gone.served, gone.given_back) == ([], 1)
