"""Few dear requests at once: the others wait outside, and not for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from common.topology import USERS
from gateway_svc.gateway import turnstile
from gateway_svc.gateway.problems import Unavailable
from gateway_svc.gateway.routes import http_routes
from gateway_svc.gateway.turnstile import Turnstile


class Room:
    """What is behind a turnstile; it counts."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self.turnstile = Turnstile(lambda: self.at_once)
        self.inside = self.most_inside = self.visits = 0

    async def visit(self) -> None:
        async with self.turnstile.turn():
            self.inside += 1
            self.visits += 1
            self.most_inside = max(self.most_inside, self.inside)
            await asyncio.sleep(0)
            self.inside -= 1

    @asynccontextmanager
    async def occupied(self) -> AsyncIterator[None]:
        async with self.turnstile.turn():
            yield


class TestTurnstile:
    def test_lets_everybody_in_but_few_at_once(self) -> None:
        async def story() -> Room:
            room = Room(2)
            await asyncio.gather(*(room.visit() for _ in range(50)))
            return room

        room = asyncio.run(story())

        assert (room.most_inside, room.visits) == (2, 50)

    def test_has_more_places_when_instances_come_and_fewer_when_they_go(self) -> None:
        async def story() -> list[int]:
            room = Room(1)
            found = []
            for at_once in (3, 1):
                room.at_once = at_once
                # Places that nobody sits on are there until somebody leaves one.
                await asyncio.gather(*(room.visit() for _ in range(9)))
                room.most_inside = 0
                await asyncio.gather(*(room.visit() for _ in range(9)))
                found.append(room.most_inside)
            return found

        assert asyncio.run(story()) == [3, 1]

    def test_gives_the_place_of_who_failed_or_left_to_the_next(self) -> None:
        async def story() -> Room:
            room = Room(1)
            with pytest.raises(ZeroDivisionError):
                async with room.occupied():
                    raise ZeroDivisionError
            async with room.occupied():
                waiting = asyncio.create_task(room.visit())
                await asyncio.sleep(0)
                waiting.cancel()
            await room.visit()
            return room

        assert asyncio.run(story()).visits == 1

    @pytest.mark.parametrize(("most_waiting", "patience_seconds"), [(0, 60), (10, 0)])
    def test_sends_away_who_would_wait_too_long(
        self, monkeypatch: pytest.MonkeyPatch, most_waiting: int, patience_seconds: float
    ) -> None:
        monkeypatch.setattr(turnstile, "MOST_WAITING", most_waiting)
        monkeypatch.setattr(turnstile, "PATIENCE_SECONDS", patience_seconds)

        async def story() -> None:
            room = Turnstile(lambda: 0)
            with pytest.raises(Unavailable):
                async with room.turn():
                    raise AssertionError("nobody comes in")

        asyncio.run(story())


class TestRoutes:
    @pytest.mark.parametrize(
        ("method", "path", "is_dear"),
        [
            ("POST", "/api/v1/auth/token/", True),
            ("POST", "/api/v1/auth/register/", True),
            ("POST", "/api/v1/auth/password/change/", True),
            ("POST", "/api/v1/auth/password/reset/confirm/", True),
            ("POST", "/api/v1/users/me/factors/totp/", True),
            ("DELETE", "/api/v1/users/me/factors/totp/", True),
            ("POST", "/api/v1/users/me/factors/totp/confirm/", False),
            ("POST", "/api/v1/users/me/factors/passkeys/options/", True),
            ("DELETE", "/api/v1/users/me/factors/passkeys/0c6f4b5e-8a4b-4a57-8f43-1f1f0c4c2d11/", True),
            ("PATCH", "/api/v1/users/me/factors/passkeys/0c6f4b5e-8a4b-4a57-8f43-1f1f0c4c2d11/", False),
            ("POST", "/api/v1/users/me/factors/passkeys/", False),
            ("POST", "/api/v1/users/me/factors/recovery-codes/", True),
            ("PATCH", "/api/v1/users/me/", True),
            ("DELETE", "/api/v1/users/me/addresses/0c6f4b5e-8a4b-4a57-8f43-1f1f0c4c2d11/", False),
            ("POST", "/api/v1/auth/token/second-factor/", False),
            ("POST", "/api/v1/auth/token/refresh/", False),
            ("GET", "/api/v1/auth/token/", False),
            ("GET", "/api/v1/users/me/", False),
        ],
    )
    def test_are_dear_where_a_password_is_hashed(self, method: str, path: str, is_dear: bool) -> None:
        route = http_routes().find(path, method)

        assert route is not None
        assert route.service.name == "user_svc"
        assert route.is_dear is is_dear
        assert USERS.is_dear(method, path) is is_dear
