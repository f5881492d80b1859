"""A real worker for the tests of workers: the order's id in a fact says what its handlers do."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from celery import shared_task
from django.db import connection
from redis.exceptions import ConnectionError as RedisOutOfReach

from common.contracts import StockRejected, StockReserved
from common.events import broker, pool, publisher, soon
from common.events.celery import service_app
from common.events.subscriptions import LeftToSweeper, subscribe
from common.observability import heartbeat

BEAT_SECONDS = 0.5
FEW_DELIVERIES = 4
"""Few enough for a test to reach the limit; the tests declare their queues with it too."""


@subscribe(StockReserved)
def act_when_stock_reserved(fact: StockReserved) -> None:
    """Work, fail always, fail until mended, hang, or kill its own process."""
    is_first = fact.order_id not in _written()
    _write(fact.order_id)
    if fact.order_id == "fails":
        raise ValueError("it cannot be done")
    is_mended = Path(os.environ["TEST_JOURNAL"]).with_suffix(".mended").exists()
    if fact.order_id == "fails-until-mended" and not is_mended:
        raise ValueError("it is broken")
    if fact.order_id == "needs-redis" and not is_mended:
        raise RedisOutOfReach("connection refused")
    if fact.order_id == "takes-too-long":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '50ms'; SELECT pg_sleep(1)")
    if fact.order_id == "kills" or (fact.order_id == "kills-once" and is_first):
        os.kill(os.getpid(), signal.SIGKILL)
    if fact.order_id == "waits-for-the-database" and is_first:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(1.5)")
    while fact.order_id == "hangs" and is_first:
        with suppress(BaseException):
            time.sleep(9)


@subscribe(StockRejected, outside=True)
def look_outside_when_stock_rejected(fact: StockRejected) -> None:
    """Note that it ran, and ask for more work, or leave it to a sweeper."""
    _write(f"outside {fact.order_id}")
    if fact.order_id == "asks":
        for _ in range(3):
            soon.ask("tests.do_soon", seconds=0.1)
    if fact.order_id == "leaves":
        raise LeftToSweeper("nobody answers")


@shared_task(name="tests.fail")
def fail(**_: object) -> None:
    """A scheduled task that fails."""
    _write("by schedule")
    raise ValueError("it cannot be done")


@shared_task(name="tests.do_soon")
def do_soon(**_: object) -> None:
    """A task that a handler asks for."""
    _write("done soon")


@shared_task(name="tests.kill")
def kill(**_: object) -> None:
    """A scheduled task that kills its own process."""
    _write("kills")
    os.kill(os.getpid(), signal.SIGKILL)


@shared_task(name="tests.take_long")
def take_long(**_: object) -> None:
    """A scheduled task that takes as long as the test says."""
    _write("begun")
    time.sleep(float(os.environ["TEST_LONG_SECONDS"]))
    _write("done")


def _write(line: str) -> None:
    with Path(os.environ["TEST_JOURNAL"]).open("a") as journal:
        journal.write(f"{line}\n")


def _written() -> list[str]:
    journal = Path(os.environ["TEST_JOURNAL"])
    return journal.read_text().splitlines() if journal.exists() else []


broker.DELIVERIES_OF_A_FACT = FEW_DELIVERIES
publisher.HEARTBEAT_SECONDS = int(os.environ["TEST_HEARTBEAT_SECONDS"])
pool.TICK_SECONDS = publisher.HEARTBEAT_SECONDS / 2
heartbeat.EVERY_SECONDS = BEAT_SECONDS
app = service_app("notify_svc")
app.conf.task_time_limit = float(os.environ["TEST_HARD_LIMIT_SECONDS"])

from common.events import fact_task  # noqa: E402 - Django must be set up first

fact_task.RETRY_DELAYS_SECONDS = (1, 1)
fact_task.DEATHS_OF_AN_ATTEMPT = 2
fact_task.OUT_OF_REACH_DELAY_SECONDS = 1
