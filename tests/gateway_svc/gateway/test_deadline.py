"""Ends of waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from gateway_svc.gateway.deadline import Deadline


def passed_in(use: Callable[[Deadline], Awaitable[None]]) -> list[str]:
    """What has passed by when this is over."""
    passed: list[str] = []

    async def run() -> None:
        await use(Deadline(lambda: passed.append("passed")))

    asyncio.run(run())
    return passed


class TestDeadline:
    def test_passes_once(self) -> None:
        async def use(deadline: Deadline) -> None:
            deadline.within(0.01)
            await asyncio.sleep(0.1)

        assert passed_in(use) == ["passed"]

    def test_is_none_of_a_wait_that_is_over(self) -> None:
        async def use(deadline: Deadline) -> None:
            deadline.within(0.01)
            deadline.none()
            await asyncio.sleep(0.05)

        assert passed_in(use) == []

    def test_is_that_of_the_last_wait(self) -> None:
        async def use(deadline: Deadline) -> None:
            deadline.within(0.01)
            deadline.within(60)
            await asyncio.sleep(0.05)

        assert passed_in(use) == []

    def test_may_be_sooner_than_that_of_the_wait_before(self) -> None:
        async def use(deadline: Deadline) -> None:
            deadline.within(60)
            deadline.within(0.01)
            await asyncio.sleep(0.1)

        assert passed_in(use) == ["passed"]

    def test_of_later_waits_passes_after_those_that_were_over(self) -> None:
        async def use(deadline: Deadline) -> None:
            deadline.within(0.01)
            deadline.none()
            await asyncio.sleep(0.05)
            deadline.within(0.01)
            await asyncio.sleep(0.1)

        assert passed_in(use) == ["passed"]

    def test_ends(self) -> None:
        async def use(deadline: Deadline) -> None:
            deadline.within(0.01)
            deadline.end()
            await asyncio.sleep(0.05)

        assert passed_in(use) == []
