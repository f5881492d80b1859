"""Crashes at named points of an order's life, in real, unmodified processes.

A process is made to wait for a lock that we hold, as PostgreSQL reports, and is killed there. Then the lock is
released, and the supervisor restarts the process.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import psutil
import psycopg

from ops import procfs
from ops.platform import Platform
from ops.status import Status
from tests.system.people import wait_until

Answer = TypeVar("Answer")

REACHED_WITHIN_SECONDS = 20.0
ANSWERED_WITHIN_SECONDS = 90.0

PLACE, PLACE_TOO_MANY, CANCEL, SHIP, DELIVER = "place", "place too many", "cancel", "ship", "deliver"
UNTOLD = "events_outbox IN SHARE MODE"
"""No fact can be written to the outbox, which is where most transactions end."""
UNSENT = "events_outbox IN ACCESS EXCLUSIVE MODE"
"""The outbox cannot even be read."""
PROVIDER = "payments_sandboxcharge IN SHARE MODE"
"""The sandbox cannot write to its books."""


@dataclass(frozen=True)
class Point:
    """A point at which a process is killed."""

    name: str
    act: str
    """The act that leads there."""
    process: str
    """The process that then waits there."""
    lock: str
    """What it waits for, in its service's database: the table and lock mode of LOCK TABLE."""
    killed: str = ""
    """The process to kill while that one waits; the same one, unless another is named."""
    is_done_all_the_same: bool = False
    """Whether its statement is executed even after its death, by a PostgreSQL backend that then has no client."""

    @property
    def victim(self) -> str:
        return self.killed or self.process

    @property
    def part(self) -> str:
        """The kind of process that waits, such as web, relay or worker."""
        return self.process.partition(".")[2]


POINTS = (
    Point("placing, before the commit", PLACE, "order_svc.web", UNTOLD),
    Point("placing, before the answer", PLACE, "order_svc.web", UNTOLD, killed="gateway_svc.web"),
    Point("placed, before it is sent", PLACE, "order_svc.relay", UNSENT),
    Point("placed, sent and not marked", PLACE, "order_svc.relay", UNTOLD),
    Point("placed, sent and just marked", PLACE, "order_svc.relay", UNTOLD, is_done_all_the_same=True),
    Point("reserving", PLACE, "product_svc.worker", "inventory_reservation IN SHARE MODE"),
    Point("lacking, before it is called off", PLACE_TOO_MANY, "order_svc.worker", UNTOLD),
    Point("asking for the money", PLACE, "order_svc.worker-work", PROVIDER, is_done_all_the_same=True),
    Point("charged, before the commit", PLACE, "order_svc.worker-work", UNTOLD),
    Point("selling", PLACE, "product_svc.worker", "inventory_stockmovement IN SHARE MODE"),
    Point("telling of the order", PLACE, "notify_svc.worker", "notifications_notification IN SHARE MODE"),
    Point("cancelling, before the commit", CANCEL, "order_svc.web", UNTOLD),
    Point("restocking", CANCEL, "product_svc.worker", "inventory_stockmovement IN SHARE MODE"),
    Point("asking for the refund", CANCEL, "order_svc.worker-work", PROVIDER, is_done_all_the_same=True),
    Point("refunded, before the commit", CANCEL, "order_svc.worker-work", UNTOLD),
    Point("shipping, before the commit", SHIP, "order_svc.web", UNTOLD),
    Point("telling of the parcel", SHIP, "notify_svc.worker", "notifications_notification IN SHARE MODE"),
    Point("delivering, before the commit", DELIVER, "order_svc.web", UNTOLD),
)


def crash(platform: Platform, point: Point, ask: Callable[[], Answer]) -> Answer:
    """Do what leads to the point, kill there, and return the response; ``ask`` has to retry until it has one."""
    wait_until_all_is_well(platform)
    database = platform.state.read("run")["databases"][point.process.partition(".")[0]]
    with psycopg.connect(database, autocommit=True) as watcher, ThreadPoolExecutor(1) as client:
        with _frozen(platform, point.process, watcher) as process:
            answer = client.submit(ask)
            if point.part != "web":
                answer.result(ANSWERED_WITHIN_SECONDS)
            if point.part.startswith("worker"):
                wait_until(lambda: _is_all_sent(watcher))
            with _locked(database, point.lock) as holder:
                process.signal(signal.SIGCONT)
                held = wait_until(
                    partial(_held, process, holder, watcher),
                    seconds=REACHED_WITHIN_SECONDS,
                    otherwise=lambda: f"{point.process} never waited for LOCK TABLE {point.lock}",
                )
                platform.kill(point.victim)
                if point.victim == point.process and not point.is_done_all_the_same:
                    _forget(held, watcher)
        return answer.result(ANSWERED_WITHIN_SECONDS)


def wait_until_all_is_well(platform: Platform) -> None:
    """Wait until nothing is missing. ``wait_until_healthy`` would give up on processes that were killed so often."""
    status = Status(platform.state)
    wait_until(lambda: not status.missing(), seconds=60, otherwise=lambda: f"{status.missing()} are missing")


@contextmanager
def _frozen(platform: Platform, name: str, watcher: psycopg.Connection[Any]) -> Iterator[procfs.Identity]:
    """Freeze a process between two transactions: within one it might hold locks that we need."""
    process = procfs.identify(platform.kill(name, signal.SIGSTOP))
    assert process
    try:
        wait_until(partial(_is_stopped, process, watcher), otherwise=lambda: f"{name} is in a transaction all the time")
        yield process
    finally:
        process.signal(signal.SIGCONT)


def _is_stopped(process: procfs.Identity, watcher: psycopg.Connection[Any]) -> bool:
    process.signal(signal.SIGSTOP)
    sql = "SELECT FROM pg_stat_activity WHERE client_port = ANY(%s) AND state <> 'idle'"
    is_at_work = watcher.execute(sql, [_ports_of(process)]).rowcount > 0
    if is_at_work:
        process.signal(signal.SIGCONT)
    return not is_at_work


@contextmanager
def _locked(database: str, lock: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database, options="-c lock_timeout=5s") as holder:
        holder.execute(f"LOCK TABLE {lock}")
        yield holder
        holder.rollback()


def _is_all_sent(watcher: psycopg.Connection[Any]) -> bool:
    """Whether the relay has sent everything: it must not wait for our lock with facts that lead to the point."""
    return watcher.execute("SELECT FROM events_outbox WHERE published_at IS NULL").rowcount == 0


def _held(process: procfs.Identity, holder: psycopg.Connection[Any], watcher: psycopg.Connection[Any]) -> list[int]:
    """The pids of PostgreSQL's backends that wait for the lock on behalf of the process."""
    sql = "SELECT pid FROM pg_stat_activity WHERE client_port = ANY(%s) AND %s = ANY(pg_blocking_pids(pid))"
    return [pid for (pid,) in watcher.execute(sql, [_ports_of(process), holder.info.backend_pid])]


def _forget(held: list[int], watcher: psycopg.Connection[Any]) -> None:
    """End its backends, as a single statement that waits would otherwise be executed once the lock is released."""
    sql = "SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s::int[]) AS pid"
    assert all(is_gone for (is_gone,) in watcher.execute(sql, [held]))


def _ports_of(process: procfs.Identity) -> list[int]:
    """The local ports of its connections, by which PostgreSQL identifies clients."""
    return [connection.laddr.port for connection in psutil.Process(process.pid).net_connections("tcp")]
