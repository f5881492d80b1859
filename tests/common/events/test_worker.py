"""A real worker on a real broker: nothing is lost, and one service's trouble is no other's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from amqp.exceptions import ChannelError
from django.conf import settings
from kombu import Connection, Producer, Queue

from common.contracts import Contract, StockRejected, StockReserved
from common.events import broker, dead_letters, publisher
from common.events.figures import queue_figures
from common.events.message import task_body, task_headers, task_properties
from common.events.models import HandlingFailure, InboxMessage
from common.testing.plugin import as_heard
from common.testing.private_redis import free_port
from common.topology import FACTS_EXCHANGE, NOTIFICATIONS
from tests.common.events.conftest import database_url
from tests.common.events.wire import Wire
from tests.common.observability.scraping import scrape

pytestmark = pytest.mark.django_db(transaction=True)


class Worker:
    """The worker's process and what its handlers wrote down."""

    def __init__(self, amqp: Connection, journal: Path, inside_port: int, process: subprocess.Popen[bytes]) -> None:
        self.amqp = amqp
        self.journal = journal
        self.inside_port = inside_port
        self.process = process

    def lines(self) -> list[str]:
        return self.journal.read_text().split("\n")[:-1] if self.journal.exists() else []

    def tell(
        self,
        fact: Contract,
        *,
        exchange: str = FACTS_EXCHANGE,
        name: str = "",
        soft_seconds: float | None = None,
    ) -> str:
        """Tell it, perhaps as work of that name, and perhaps within a limit of its own."""
        body = as_heard(fact)
        if name:
            body["name"] = name
        Producer(self.amqp.default_channel).publish(
            task_body(body),
            exchange=exchange,
            routing_key=NOTIFICATIONS.facts_queue if exchange == NOTIFICATIONS.private_exchange else body["name"],
            headers={**task_headers(body), "timelimit": (None, soft_seconds)},
            mandatory=True,
            **task_properties(body),
        )
        return str(body["id"])

    def began_at(self) -> float:
        """When its process did; one that replaces it begins later."""
        return scrape(self.inside_port)["process_start_time_seconds"][0].value

    def dead(self) -> list[dead_letters.DeadLetter]:
        return dead_letters.dead_letters(self.amqp, NOTIFICATIONS)


WARM_SHUTDOWN_SECONDS = 15
"""How long a worker is given to finish what it has begun (ops/processes.py)."""

BEAT_SECONDS = 0.5
"""How often the worker of these tests gives a sign of life (worker_app.py)."""

SUPERVISED = 'trap "stop=1" TERM; until "$@" || [ "$stop" ]; do :; done'
"""A shell that starts its command anew for as long as that is killed: in the platform a supervisor does."""


@pytest.fixture
def worker(
    amqp: Connection, wire: Wire, tmp_path: Path, transactional_db: None, request: pytest.FixtureRequest
) -> Iterator[Worker]:
    """A worker that is started anew when it dies; a test may give it variables of its own."""
    environment = {
        **os.environ,
        "OPENCOMMERCE_BROKER_URL": wire.url,
        "DJANGO_SETTINGS_MODULE": "common.settings.test",
        NOTIFICATIONS.database_variable: database_url(),
        "TEST_JOURNAL": str(tmp_path / "journal"),
        "TEST_HARD_LIMIT_SECONDS": "60",
        "TEST_HEARTBEAT_SECONDS": str(publisher.HEARTBEAT_SECONDS),
        "OPENCOMMERCE_HEARTBEAT_FILE": str(tmp_path / "heartbeat"),
        "OPENCOMMERCE_INSIDE_ADDRESS": f"127.0.0.1:{(inside_port := free_port())}",
        **getattr(request, "param", {}),
    }
    command = [sys.executable, "-m", "celery", "-A", "tests.common.events.worker_app", "worker"]
    options = ["--without-gossip", "--without-mingle", "-Q", f"{NOTIFICATIONS.facts_queue},{NOTIFICATIONS.work_queue}"]
    supervised = ["sh", "-c", SUPERVISED, "worker", *command, *options]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(supervised, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_until(lambda: "ready." in (tmp_path / "log").read_text(), seconds=30)
            yield Worker(amqp, tmp_path / "journal", inside_port, process)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def wait_until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)
    return found


def reserved(order: str) -> StockReserved:
    return StockReserved(version=1, order_id=order)


def depth(amqp: Connection, queue: str) -> int:
    figures = queue_figures(amqp, (NOTIFICATIONS,))[queue]
    return figures.depth if figures else 0


class TestWorker:
    def test_handles_facts_and_outside_work(self, worker: Worker) -> None:
        worker.tell(reserved("o-1"))
        worker.tell(StockRejected(version=1, order_id="o-2", shortages=()))

        wait_until(lambda: InboxMessage.objects.count() == 2)
        assert sorted(worker.lines()) == ["o-1", "outside o-2"]

    def test_leaves_a_sign_of_life_while_it_takes_from_its_queues(
        self, worker: Worker, wire: Wire, tmp_path: Path
    ) -> None:
        beaten = (tmp_path / "heartbeat").stat().st_mtime
        wait_until(lambda: (tmp_path / "heartbeat").stat().st_mtime > beaten)

        wire.close()
        cut = time.time()
        time.sleep(4 * BEAT_SECONDS)
        assert (tmp_path / "heartbeat").stat().st_mtime <= cut

    def test_gives_what_keeps_failing_to_a_person_and_no_other_service_hears_a_retry(
        self, worker: Worker, ear: Queue
    ) -> None:
        fact_id = worker.tell(reserved("fails"))

        (letter,) = wait_until(worker.dead)

        assert worker.lines() == ["fails"] * 3
        assert (letter.id, letter.name, letter.reason) == (fact_id, "inventory.stock_reserved.v1", "rejected")
        assert letter.fact["data"] == {"order_id": "fails"}
        assert HandlingFailure.objects.get(fact_id=fact_id).error == "ValueError: it cannot be done"
        assert ear.get(no_ack=True) is not None
        assert ear.get(no_ack=True) is None

    def test_takes_for_handled_after_the_last_try_what_a_sweeper_finishes(self, worker: Worker) -> None:
        worker.tell(StockRejected(version=1, order_id="leaves", shortages=()))

        wait_until(InboxMessage.objects.exists)

        assert worker.lines() == ["outside leaves"] * 3
        assert worker.dead() == []

    def test_gives_what_the_database_refuses_to_a_person(self, worker: Worker) -> None:
        worker.tell(reserved("takes-too-long"))

        wait_until(lambda: len(worker.dead()) == 1)

        assert worker.lines() == ["takes-too-long"] * 3

    def test_waits_for_a_server_that_is_away_for_as_long_as_that_takes(self, worker: Worker) -> None:
        worker.tell(reserved("needs-redis"))
        wait_until(lambda: len(worker.lines()) > 3)
        worker.journal.with_suffix(".mended").touch()

        wait_until(lambda: InboxMessage.objects.count() == 1)

        assert worker.dead() == []

    def test_handles_a_dead_letter_that_is_replayed(self, worker: Worker, ear: Queue) -> None:
        fact_id = worker.tell(reserved("fails-until-mended"))
        wait_until(worker.dead)
        worker.journal.with_suffix(".mended").touch()

        assert dead_letters.replay(worker.amqp, NOTIFICATIONS, "another") == 0
        # What was looked at comes back a moment after the look.
        wait_until(lambda: dead_letters.replay(worker.amqp, NOTIFICATIONS, fact_id) == 1)

        wait_until(lambda: InboxMessage.objects.filter(fact_id=fact_id).exists())
        assert worker.dead() == []

    def test_tries_again_also_after_the_broker_was_away(self, worker: Worker, wire: Wire) -> None:
        worker.tell(reserved("fails"))
        wait_until(lambda: len(worker.dead()) == 1)

        wire.cut()
        worker.tell(reserved("fails"))

        wait_until(lambda: len(worker.dead()) == 2, seconds=40)
        assert worker.lines() == ["fails"] * 6

    def test_makes_its_queues_anew_on_a_broker_that_comes_back_empty(
        self, worker: Worker, amqp: Connection, wire: Wire
    ) -> None:
        for queue in (NOTIFICATIONS.facts_queue, NOTIFICATIONS.work_queue, NOTIFICATIONS.dead_queue):
            amqp.default_channel.queue_delete(queue)
        wire.cut()

        def is_heard() -> bool:
            with suppress(ChannelError):  # until they are bound, the broker returns what is told
                worker.tell(reserved("o-1"))
            return InboxMessage.objects.exists()

        wait_until(is_heard)
        assert all(queue_figures(amqp, (NOTIFICATIONS,)).values())

    def test_work_by_schedule_that_fails_is_nobodys_letter(self, worker: Worker) -> None:
        worker.tell(reserved("o-1"), exchange=NOTIFICATIONS.private_exchange, name="tests.fail")
        worker.tell(reserved("o-2"))

        wait_until(lambda: InboxMessage.objects.count() == 1)
        assert worker.lines() == ["by schedule", "o-2"]
        assert worker.dead() == []

    def test_does_soon_and_once_what_handlers_ask_for_several_times(self, worker: Worker) -> None:
        worker.tell(StockRejected(version=1, order_id="asks", shortages=()))
        wait_until(lambda: len(worker.lines()) == 2)
        worker.tell(StockRejected(version=1, order_id="asks", shortages=()))

        wait_until(lambda: len(worker.lines()) == 4)
        assert worker.lines() == ["outside asks", "done soon"] * 2

    @pytest.mark.parametrize("name", ["inventory.nobody_knows.v1", "orders.order_placed.v1"])
    def test_a_task_that_it_does_not_know_is_not_lost(self, worker: Worker, name: str) -> None:
        worker.tell(reserved("o-1"), exchange=NOTIFICATIONS.private_exchange, name=name)

        wait_until(lambda: [letter.name for letter in worker.dead()] == [name])

    def test_what_is_no_fact_goes_to_a_person_at_once(self, worker: Worker) -> None:
        Producer(worker.amqp.default_channel).publish(
            b'[[], {"fact": "nonsense"}, {}]',
            exchange=FACTS_EXCHANGE,
            routing_key="inventory.stock_reserved.v1",
            headers={**task_headers(as_heard(reserved("x")))},
            **task_properties(as_heard(reserved("x"))),
        )

        wait_until(lambda: [letter.fact for letter in worker.dead()] == ["nonsense"])

    @pytest.mark.parametrize(
        ("body", "media_type"),
        [(b"{broken", "application/json"), (b"\xff", "application/json"), (b"\x00\xff", "application/octet-stream")],
    )
    def test_a_body_that_cannot_be_read_goes_to_a_person(self, worker: Worker, body: bytes, media_type: str) -> None:
        fact = as_heard(reserved("x"))
        Producer(worker.amqp.default_channel).publish(
            body,
            exchange=FACTS_EXCHANGE,
            routing_key="inventory.stock_reserved.v1",
            headers=task_headers(fact),
            **{**task_properties(fact), "content_type": media_type},
        )
        worker.tell(reserved("o-1"))

        wait_until(lambda: [letter.id for letter in worker.dead()] == [fact["id"]])
        wait_until(lambda: InboxMessage.objects.count() == 1)
        assert worker.lines() == ["o-1"]

    def test_a_fact_that_kills_its_process_ends_up_alone_with_a_person(self, worker: Worker) -> None:
        poison = worker.tell(reserved("kills"))
        for number in range(3):
            worker.tell(reserved(f"innocent-{number}"))

        wait_until(lambda: [letter.id for letter in worker.dead()] == [poison], seconds=90)
        assert InboxMessage.objects.count() == 3
        assert worker.lines()[:3] == ["kills", "kills", "innocent-0"]  # put off, so that others got their turn
        assert worker.lines().count("kills") == 2 * 3
        assert HandlingFailure.objects.get(fact_id=poison).error.startswith("EndsProcesses: 2 processes")

    def test_work_that_kills_its_process_ends_at_the_limit_of_deliveries_and_takes_nothing_with_it(
        self, worker: Worker
    ) -> None:
        worker.tell(reserved("x"), exchange=NOTIFICATIONS.private_exchange, name="tests.kill")
        for number in range(3):
            worker.tell(StockRejected(version=1, order_id=f"o-{number}", shortages=()))

        wait_until(lambda: [letter.reason for letter in worker.dead()] == ["delivery_limit"], seconds=90)
        assert worker.lines().count("kills") == 5
        wait_until(lambda: InboxMessage.objects.count() == 3)

    def test_what_waits_too_long_is_ended_and_tried_again(self, worker: Worker) -> None:
        worker.tell(reserved("waits-for-the-database"), soft_seconds=0.2)

        wait_until(lambda: InboxMessage.objects.count() == 1)
        assert worker.lines() == ["waits-for-the-database"] * 2

    @pytest.mark.parametrize("worker", [{"TEST_HARD_LIMIT_SECONDS": "1"}], indirect=True, ids=["a second"])
    def test_what_nothing_else_can_end_ends_with_its_process_and_comes_again(self, worker: Worker) -> None:
        worker.tell(reserved("hangs"), soft_seconds=0.2)

        wait_until(lambda: InboxMessage.objects.count() == 1)
        assert worker.lines() == ["hangs"] * 2

    @pytest.mark.parametrize(
        "worker", [{"TEST_HEARTBEAT_SECONDS": "1", "TEST_LONG_SECONDS": "4"}], indirect=True, ids=["four heartbeats"]
    )
    def test_the_broker_knows_that_it_lives_while_a_task_takes_long(self, worker: Worker) -> None:
        worker.tell(reserved("x"), exchange=NOTIFICATIONS.private_exchange, name="tests.take_long")
        worker.tell(reserved("o-1"))

        wait_until(lambda: InboxMessage.objects.count() == 1)
        assert worker.lines() == ["begun", "done", "o-1"]

    @pytest.mark.parametrize("worker", [{"TEST_HARD_LIMIT_SECONDS": "1"}], indirect=True, ids=["a second"])
    def test_lives_on_after_a_task_that_was_done_in_time(self, worker: Worker) -> None:
        worker.tell(reserved("o-1"))
        wait_until(lambda: InboxMessage.objects.count() == 1)
        began_at = worker.began_at()

        time.sleep(2)
        worker.tell(reserved("o-2"))

        wait_until(lambda: InboxMessage.objects.count() == 2)
        assert worker.began_at() == began_at

    @pytest.mark.parametrize("worker", [{"TEST_LONG_SECONDS": "1"}], indirect=True, ids=["a second"])
    def test_finishes_what_it_has_begun_before_it_ends(self, worker: Worker) -> None:
        worker.tell(reserved("x"), exchange=NOTIFICATIONS.private_exchange, name="tests.take_long")
        wait_until(lambda: worker.lines() == ["begun"])

        os.killpg(worker.process.pid, signal.SIGTERM)

        assert worker.process.wait(WARM_SHUTDOWN_SECONDS) == 0
        assert worker.lines() == ["begun", "done"]
        assert depth(worker.amqp, NOTIFICATIONS.facts_queue) == 0


class TestMetrics:
    """Of the worker, at a door of its own."""

    def test_tell_what_became_of_each_attempt(self, worker: Worker) -> None:
        worker.tell(reserved("o-1"))
        worker.tell(reserved("fails"))
        wait_until(lambda: len(worker.dead()) == 1)

        page = scrape(worker.inside_port)

        attempts = {
            each.labels["outcome"]: each.value
            for each in page["opencommerce_fact_handling_seconds"]
            if each.name.endswith("_count")
        }
        assert attempts == {"handled": 1, "retried": 2, "dead": 1}

    def test_tell_how_late_a_fact_was_handled(self, worker: Worker) -> None:
        worker.tell(reserved("o-1"))
        wait_until(lambda: InboxMessage.objects.count() == 1)

        lateness = {each.name: each.value for each in scrape(worker.inside_port)["opencommerce_fact_lateness_seconds"]}

        assert lateness["opencommerce_fact_lateness_seconds_count"] == 1
        assert lateness["opencommerce_fact_lateness_seconds_sum"] > 0

    def test_are_there_again_after_it_was_killed(self, worker: Worker) -> None:
        worker.tell(reserved("kills-once"))
        wait_until(lambda: InboxMessage.objects.count() == 1, seconds=90)

        wait_until(lambda: scrape(worker.inside_port)["opencommerce_fact_handling_seconds"])

    def test_know_scheduled_work(self, worker: Worker) -> None:
        worker.tell(reserved("x"), exchange=NOTIFICATIONS.private_exchange, name="tests.fail")
        wait_until(lambda: worker.lines() == ["by schedule"])

        runs = scrape(worker.inside_port)["opencommerce_task_seconds"]

        assert {(each.labels["task"], each.labels["outcome"]) for each in runs} == {("tests.fail", "failed")}


class TestFigures:
    def test_count_what_waits_and_know_what_is_missing(self, amqp: Connection) -> None:
        Producer(amqp.default_channel).publish(
            b"x", exchange=NOTIFICATIONS.private_exchange, routing_key=NOTIFICATIONS.work_queue
        )
        wait_until(lambda: depth(amqp, NOTIFICATIONS.work_queue) == 1)

        amqp.default_channel.queue_delete(NOTIFICATIONS.dead_queue)
        assert queue_figures(amqp, (NOTIFICATIONS,))[NOTIFICATIONS.dead_queue] is None


class TestDeclare:
    def test_can_be_done_again_and_again(self, amqp: Connection) -> None:
        for _ in range(3):
            with Connection(settings.BROKER_URL) as connection:
                broker.declare(connection, NOTIFICATIONS, [])
