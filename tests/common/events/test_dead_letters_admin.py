"""Dead letters on a page: read by staff, tried again by admins."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from kombu import Connection, Producer

from common import clock
from common.contracts import StockReserved
from common.events import dead_letters
from common.events.message import task_body, task_headers, task_properties
from common.events.models import HandlingFailure
from common.testing.plugin import as_heard
from common.topology import NOTIFICATIONS
from tests.common.events.test_dead_letters import wait_until

pytestmark = pytest.mark.django_db
LIST = "/admin/notifications/dead-letters/"
HTML = {"HTTP_ACCEPT": "text/html"}


@pytest.fixture
def letter_id(amqp: Connection) -> str:
    """A fact that died in the gateway's queue, and why."""
    fact = as_heard(StockReserved(version=1, order_id="o-<1>"))
    death = {"queue": NOTIFICATIONS.facts_queue, "reason": "rejected", "count": 1}
    Producer(amqp.default_channel).publish(
        task_body(fact),
        routing_key=NOTIFICATIONS.dead_queue,
        headers={**task_headers(fact), "x-death": [death]},
        **task_properties(fact),
    )
    HandlingFailure.objects.create(
        fact_id=fact["id"], handler="reserve", error="KeyError: 'sku'", attempts=6, failed_at=clock.now()
    )
    wait_until(lambda: bool(dead_letters.dead_letters(amqp, NOTIFICATIONS)))
    return str(fact["id"])


@pytest.fixture
def staff(client_of: Callable[..., Any]) -> Callable[[str], Any]:
    return lambda role: client_of(uuid.uuid4(), role)


class TestPages:
    def test_list_them_with_their_reason(self, staff: Callable[[str], Any], letter_id: str) -> None:
        page = staff("support").get(LIST, **HTML).content.decode()

        assert letter_id in page
        assert "KeyError" in page

    def test_show_one_as_it_is(self, staff: Callable[[str], Any], letter_id: str) -> None:
        page = staff("support").get(f"{LIST}{letter_id}/", **HTML).content.decode()

        assert "o-&lt;1&gt;" in page
        assert "Try again" not in page

    @pytest.mark.parametrize("path", [f"{uuid.uuid4()}/", f"{uuid.uuid4()}/replay/", "nonsense/"])
    def test_know_when_there_is_none(self, staff: Callable[[str], Any], amqp: Connection, path: str) -> None:
        assert staff("admin").get(LIST + path, **HTML).status_code == 404

    def test_stand_among_the_others(self, staff: Callable[[str], Any]) -> None:
        assert f'href="{LIST}"' in staff("support").get("/admin/notifications/", **HTML).content.decode()

    def test_say_when_the_broker_is_away(self, staff: Callable[[str], Any], settings: Any) -> None:
        settings.BROKER_URL = "amqp://guest:guest@127.0.0.1:1//"

        answer = staff("admin").get(LIST, **HTML)

        assert answer.status_code == 503
        assert "gives no answer" in answer.content.decode()


class TestReplay:
    def test_is_for_admins(self, staff: Callable[[str], Any], letter_id: str, amqp: Connection) -> None:
        answer = staff("support").post(f"{LIST}{letter_id}/replay/", **HTML)

        assert answer.status_code == 403
        assert len(dead_letters.dead_letters(amqp, NOTIFICATIONS)) == 1

    def test_asks_first(self, staff: Callable[[str], Any], letter_id: str, amqp: Connection) -> None:
        page = staff("admin").get(f"{LIST}{letter_id}/replay/", **HTML).content.decode()

        assert 'name="csrfmiddlewaretoken"' in page
        assert len(dead_letters.dead_letters(amqp, NOTIFICATIONS)) == 1

    def test_gives_it_back_and_is_written_down(
        self, staff: Callable[[str], Any], letter_id: str, amqp: Connection
    ) -> None:
        answer = staff("admin").post(f"{LIST}{letter_id}/replay/", **HTML)

        entry = LogEntry.objects.get()
        assert answer["Location"] == LIST
        assert dead_letters.dead_letters(amqp, NOTIFICATIONS) == []
        assert (entry.object_id, entry.change_message) == (letter_id, "Try again")
