"""Answers that are read more slowly than they are given."""

from __future__ import annotations

import asyncio
import time

import pytest

from gateway_svc.gateway.backlog import Backlog
from gateway_svc.gateway.errors import ClientGone
from gateway_svc.gateway.room import Room

PIECE = b"x" * 65_536


class Endless:
    """An answer without an end."""

    is_complete = False

    def __init__(self) -> None:
        self.given = 0

    async def read(self) -> bytes:
        await asyncio.sleep(0)
        self.given += len(PIECE)
        return PIECE


def backlog(body: Endless, room: Room, *, seconds: float = 60) -> Backlog:
    return Backlog(body, b"", room=room, until=time.monotonic() + seconds, at_end=lambda: None)


async def settled(body: Endless) -> int:
    """What it has given when it gives no more."""
    before = -1
    while before != body.given:
        before = body.given
        await asyncio.sleep(0.02)
    return before


class TestWhereThereIsRoom:
    def test_a_service_is_not_held_up(self) -> None:
        async def story() -> None:
            body = Endless()
            async with backlog(body, Room(1 << 30)):
                assert await settled(body) == 32 << 20

        asyncio.run(story())

    def test_it_is_left_again(self) -> None:
        async def story() -> None:
            room = Room(1 << 20)
            async with backlog(Endless(), room):
                await asyncio.sleep(0.05)
                assert room.is_full

            assert not room.is_full

        asyncio.run(story())


class TestWhereThereIsNone:
    def test_no_more_is_taken_than_is_read(self) -> None:
        async def story() -> None:
            body = Endless()
            async with backlog(body, Room(0)) as slow:
                held = await settled(body)
                for _ in range(100):
                    assert await slow.take() == PIECE
                assert await settled(body) <= held + 100 * len(PIECE)

            assert held <= 4 * len(PIECE)

        asyncio.run(story())

    def test_who_does_not_read_on_is_not_waited_for(self) -> None:
        async def story() -> None:
            async with backlog(Endless(), Room(0), seconds=0.05) as slow:
                await asyncio.sleep(0.1)
                while True:
                    await slow.take()

        with pytest.raises(ClientGone):
            asyncio.run(story())
