"""What the gateway asks user_svc for people at browsers."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator

import pytest

from gateway_svc.gateway.assertions import Assertions
from gateway_svc.gateway.request_head import PublicOrigin
from gateway_svc.gateway.turnstile import Turnstile
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.users import Users
from tests.gateway_svc.upstream import BEHAVIOURS, FakeService

SIGN_IN = "/api/v1/auth/token/"


@pytest.fixture
def hanging() -> Iterator[FakeService]:
    service = FakeService({"token": BEHAVIOURS["hang"]})
    yield service
    service.close()


class TestASignIn:
    def test_that_waits_for_its_turn_has_the_rest_of_its_time_for_the_answer(self, hanging: FakeService) -> None:
        async def story() -> tuple[int, float]:
            turnstile = Turnstile(lambda: 1)
            origin = PublicOrigin("https://shop.example")
            users = Users(Balancer([hanging.url]), Assertions(os.urandom(32)), origin, turnstile)
            began_at = time.monotonic()
            async with turnstile.turn():
                asking = asyncio.create_task(users.ask("POST", SIGN_IN, {}, seconds=1))
                await asyncio.sleep(0.8)
            answer = await asking
            return answer.status, time.monotonic() - began_at

        status, took = asyncio.run(story())

        assert status == 503
        assert 0.9 < took < 1.5
