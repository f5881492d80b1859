"""What the figures of the platform mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.events.figures import QueueFigures, queue_names
from common.topology import GATEWAY, NOTIFICATIONS, ORDERS, SERVICES, USERS
from gateway_svc.gateway.platform_figures import InstanceFigures, PlatformFigures, Standing
from gateway_svc.site.board import Board, board_of, span

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def told(**changed: Any) -> dict[str, Any]:
    outbox = {"unsent": 0, "oldest_seconds": 0.0}
    return {
        "version": "1.2.3",
        "started_at": "2026-01-01T09:00:00+00:00",
        "outbox": outbox,
        "dead_letters": 0,
        "last_errors": [],
        **changed,
    }


def error(at: datetime, **changed: Any) -> dict[str, Any]:
    said = {"message": "no luck", "error": "ValueError", "where": "a.b:1", "request_id": "r-1", "logger": "a"}
    return {"at": at.isoformat(), **said, **changed}


def sockets(address: str, *, is_up: bool = True, **standing: Any) -> InstanceFigures:
    found = {"status": "live"} if is_up else None
    return InstanceFigures("notify_svc", address, found, 3.0, Standing(**standing), is_for_sockets=True)


def look(*, queues: dict[str, QueueFigures | None] | None = None, is_broker_up: bool = True, **changed: Any) -> Board:
    """``order_svc=None`` is down; ``order_svc={…}`` tells something else than that all is well."""
    instances = [InstanceFigures(s.name, "10.0.0.1:80", changed.get(s.name, told()), 3.0) for s in SERVICES]
    instances += changed.get("sockets", [sockets("10.0.0.2:80")])
    names = queue_names(SERVICES)
    depths = {name: QueueFigures(0, 0 if name.endswith(".dead") else 1) for name in names} | (queues or {})
    return board_of(PlatformFigures(instances, depths if is_broker_up else None), now=NOON)


def of(board: Board, service: Any) -> Any:
    return next(each for each in board.services if each.service is service)


class TestWhetherItIsWell:
    def test_it_is_when_nothing_was_found(self) -> None:
        board = look()

        assert board.sentence == "All is well: 6 services answer, and nothing waits for you."
        assert {each.state for each in board.services} == {"well"}

    @pytest.mark.parametrize(
        ("changed", "finding"),
        [
            ({"order_svc": None}, "Orders does not answer"),
            ({"order_svc": told(outbox=None)}, "the database of Orders does not answer"),
            (
                {"order_svc": told(outbox={"unsent": 3, "oldest_seconds": 125.0})},
                "3 facts of Orders waited up to 2 minutes",
            ),
            ({"queues": {"order_svc.facts": QueueFigures(0, 0)}}, "nobody takes from order_svc.facts"),
            ({"is_broker_up": False}, "the broker does not answer"),
            ({"sockets": [sockets("a:1", is_up=False)]}, "the live feed of Notifications does not answer"),
        ],
    )
    def test_it_is_not(self, changed: dict[str, Any], finding: str) -> None:
        board = look(**changed)

        assert board.sentence == f"Not all is well: {finding}."
        assert board.tone == "bad"

    @pytest.mark.parametrize(
        ("changed", "finding"),
        [
            ({"queues": {"order_svc.dead": QueueFigures(1, 0)}}, "1 dead letter in Orders"),
            (
                {"sockets": [sockets("a:1"), sockets("a:2", is_up=False)]},
                "1 instance of the live feed of Notifications gives no answer",
            ),
            ({"queues": {"order_svc.work": QueueFigures(5000, 1)}}, "5000 messages wait in order_svc.work"),
            ({"order_svc": told(last_errors=[error(NOON - timedelta(minutes=1))])}, "1 error in Orders just now"),
        ],
    )
    def test_something_waits(self, changed: dict[str, Any], finding: str) -> None:
        board = look(**changed)

        assert board.sentence == f"It works, but something waits for you: {finding}."
        assert board.tone == "waiting"

    def test_the_worst_is_said_first(self) -> None:
        board = look(user_svc=None, queues={"user_svc.dead": QueueFigures(2, 0)}, order_svc=None)

        assert board.sentence == (
            "Not all is well: Users does not answer; Orders does not answer; 2 dead letters in Users."
        )

    @pytest.mark.parametrize(
        "quiet",
        [
            {"order_svc": told(outbox={"unsent": 9, "oldest_seconds": 0.4})},
            {"order_svc": told(last_errors=[error(NOON - timedelta(hours=1))])},
            {"queues": {"order_svc.facts": QueueFigures(20, 1)}},
            {"queues": {"order_svc.facts": None}},
        ],
    )
    def test_what_happens_every_day_is_no_finding(self, quiet: dict[str, Any]) -> None:
        assert look(**quiet).findings == []


class TestAService:
    def test_of_which_one_instance_is_down_still_works(self) -> None:
        instances = [InstanceFigures(s.name, "a", told()) for s in SERVICES] + [sockets("s")]
        instances.append(InstanceFigures(USERS.name, "b", None))

        board = board_of(PlatformFigures(instances, {}), now=NOON)

        assert board.sentence == "It works, but something waits for you: 1 instance of Users gives no answer."
        assert [line.is_up for line in of(board, USERS).instances] == [True, False]

    @pytest.mark.parametrize(
        ("standing", "state", "tone"),
        [
            (Standing(), "up", "good"),
            (Standing(is_ready=False), "not ready", "waiting"),
            (Standing(left_out_seconds=12.0), "left out", "waiting"),
        ],
    )
    def test_shows_which_instances_get_requests(self, standing: Standing, state: str, tone: str) -> None:
        instances = [InstanceFigures(s.name, "a", told()) for s in SERVICES] + [sockets("s")]
        instances.append(InstanceFigures(USERS.name, "b", told(), 3.0, standing))

        board = board_of(PlatformFigures(instances, {}), now=NOON)

        line = of(board, USERS).instances[1]
        assert (line.state, line.tone) == (state, tone)
        assert ("1 instance of Users gets no requests" in board.sentence) is (tone == "waiting")

    def test_shows_what_its_instances_do(self) -> None:
        busy = Standing(in_flight=3, latency_seconds=0.0124)
        instances = [InstanceFigures(s.name, "a", told(), 3.0, busy) for s in SERVICES] + [sockets("s")]

        lines = of(board_of(PlatformFigures(instances, {}), now=NOON), USERS).instances

        assert lines[0].work == "3 requests now, 12 ms lately"

    def test_shows_what_its_live_feed_does(self) -> None:
        (line,) = [each for each in of(look(), NOTIFICATIONS).instances if each.is_for_sockets]
        busy = look(sockets=[sockets("s", in_flight=1)])

        assert (line.state, line.work, line.version) == ("up", "0 WebSockets now", "")
        assert of(busy, NOTIFICATIONS).instances[1].work == "1 WebSocket now"

    def test_whose_live_feed_is_left_alone_is_not_well(self) -> None:
        instances = [InstanceFigures(s.name, "a", told()) for s in SERVICES] + [sockets("s")]

        board = board_of(PlatformFigures(instances, {}, sockets_spared=frozenset({NOTIFICATIONS.name})), now=NOON)

        assert board.sentence == (
            "Not all is well: the live feed of Notifications fails, and is left alone for a while."
        )

    def test_whose_live_feed_lives_on_is_down_all_the_same(self) -> None:
        board = look(notify_svc=None)

        assert board.sentence == "Not all is well: Notifications does not answer."

    def test_that_is_left_alone_is_not_well(self) -> None:
        instances = [InstanceFigures(s.name, "a", told()) for s in SERVICES] + [sockets("s")]

        board = board_of(PlatformFigures(instances, {}, frozenset({USERS.name})), now=NOON)

        assert board.sentence == "Not all is well: Users fails, and is left alone for a while."

    def test_leads_to_its_dead_letters_and_its_outbox(self) -> None:
        orders = of(look(queues={"order_svc.dead": QueueFigures(4, 0)}), ORDERS)

        assert orders.dead == 4
        assert orders.dead_letters_path == "/admin/orders/dead-letters/"
        assert orders.outbox_path == "/admin/orders/events/outboxmessage/?state=unsent"

    def test_tells_of_what_died_while_the_broker_is_away(self) -> None:
        assert of(look(is_broker_up=False, order_svc=told(dead_letters=7)), ORDERS).dead == 7

    def test_that_shows_the_page_is_up_whatever_its_database_says(self) -> None:
        board = look(gateway_svc=None)

        assert of(board, GATEWAY).instances[0].is_up
        assert board.sentence == "Not all is well: the database of Gateway does not answer."


class TestErrors:
    def test_of_all_services_are_shown_newest_first(self) -> None:
        older, newer = NOON - timedelta(hours=2), NOON - timedelta(hours=1)

        board = look(user_svc=told(last_errors=[error(older)]), order_svc=told(last_errors=[error(newer)]))

        assert [(each.service, each.at) for each in board.errors] == [("order_svc", newer), ("user_svc", older)]

    def test_need_neither_an_exception_nor_a_request(self) -> None:
        board = look(user_svc=told(last_errors=[error(NOON, error=None, where=None, request_id=None)]))

        assert (board.errors[0].error, board.errors[0].where, board.errors[0].request_id) == ("", "", "")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 seconds"), (1, "1 second"), (59.9, "59 seconds"), (60, "1 minute"), (7200, "2 hours"), (90000, "1 day")],
)
def test_spans_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert span(seconds) == words
