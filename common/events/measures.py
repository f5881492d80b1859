"""What is counted of facts and of other work, by those who tell, send and handle them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from common.observability import metrics

TOLD = metrics.counter("opencommerce_facts_told_total", "Facts told, counted when their change has committed.", "fact")

SENT = metrics.counter("opencommerce_facts_sent_total", "Facts that the broker has confirmed.", "fact")
RETURNED = metrics.counter(
    "opencommerce_facts_returned_total", "Facts that reached no queue, and are held in the outbox for a while.", "fact"
)
BATCH_SECONDS = metrics.histogram(
    "opencommerce_relay_batch_seconds", "From a batch's first message to its last confirm.", buckets=metrics.BRIEF
)
RELAY_IS_ACTIVE = metrics.gauge(
    "opencommerce_relay_active", "Whether this relay is the one that sends; 0 while it stands by or is out of reach."
)

HANDLING_SECONDS = metrics.histogram(
    "opencommerce_fact_handling_seconds",
    "Attempts to handle a fact: handled, repeated (it had been before), retried, postponed (a server was away), dead.",
    "fact",
    "outcome",
)
LATENESS_SECONDS = metrics.histogram(
    "opencommerce_fact_lateness_seconds",
    "From when a fact occurred until it was handled here.",
    "fact",
    buckets=metrics.LONG,
)

TASK_SECONDS = metrics.histogram(
    "opencommerce_task_seconds", "Runs of what is done by schedule: done or failed.", "task", "outcome"
)
TASK_DONE_AT = metrics.gauge(
    "opencommerce_task_done_timestamp_seconds", "When a scheduled task was last done here, in Unix time.", "task"
)


@dataclass
class Handling:
    """One attempt under way; whoever handles says what became of it."""

    outcome: str = "retried"


@contextmanager
def handling(name: str) -> Iterator[Handling]:
    """Measure an attempt to handle the fact of this name."""
    started = time.perf_counter()
    attempt = Handling()
    try:
        yield attempt
    finally:
        HANDLING_SECONDS.labels(name, attempt.outcome).observe(time.perf_counter() - started)


@contextmanager
def running(name: str) -> Iterator[None]:
    """Measure a run of the scheduled task of this name."""
    started = time.perf_counter()
    outcome = "failed"
    try:
        yield
        outcome = "done"
        TASK_DONE_AT.labels(name).set_to_current_time()
    finally:
        TASK_SECONDS.labels(name, outcome).observe(time.perf_counter() - started)
