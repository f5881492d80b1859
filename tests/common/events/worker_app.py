"""A real worker for the tests of the worker: its handlers do what the order's id says."""

import os
import signal
from pathlib import Path

from celery import shared_task
from django.db import connection
from redis.exceptions import ConnectionError as RedisOutOfReach

from common.contracts import StockRejected, StockReserved
from common.events import broker
from common.events.celery import service_app
from common.events.subscriptions import subscribe

FEW_DELIVERIES = 4
"""Enough to see that there is an end; the queues of the tests are declared with it too."""


@subscribe(StockReserved)
def act_when_stock_reserved(fact: StockReserved) -> None:
    """Work, fail always, fail once, or kill the process that works."""
    with Path(os.environ["TEST_JOURNAL"]).open("a") as journal:
        journal.write(f"{fact.order_id}\n")
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
    if fact.order_id == "kills":
        os.kill(os.getpid(), signal.SIGKILL)


@subscribe(StockRejected, outside=True)
def look_outside_when_stock_rejected(fact: StockRejected) -> None:
    """Note that it ran."""
    with Path(os.environ["TEST_JOURNAL"]).open("a") as journal:
        journal.write(f"outside {fact.order_id}\n")


@shared_task(name="tests.fail")
def fail(**_: object) -> None:
    """Work by schedule that fails."""
    with Path(os.environ["TEST_JOURNAL"]).open("a") as journal:
        journal.write("by schedule\n")
    raise ValueError("it cannot be done")


broker.DELIVERIES_OF_A_FACT = FEW_DELIVERIES
app = service_app("gateway_svc")

from common.events import fact_task  # noqa: E402 - Django must be set up first

fact_task.RETRY_DELAYS_SECONDS = (1, 1)
fact_task.OUT_OF_REACH_DELAY_SECONDS = 1
