"""Within limits of time."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from common.events import pool


def nothing() -> None:
    """Nobody is to be told."""


class TestLimited:
    def test_lets_be_what_is_done_in_time(self) -> None:
        with pool.limited(0.05, on_tick=nothing):
            done = True

        time.sleep(0.1)
        assert done
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)

    def test_interrupts_what_sleeps(self) -> None:
        with (
            pytest.raises(SoftTimeLimitExceeded),
            pool.limited(0.05, on_tick=nothing),
        ):
            time.sleep(9)

    @pytest.mark.django_db(transaction=True)
    def test_interrupts_what_waits_for_the_database(self) -> None:
        with (
            pytest.raises(SoftTimeLimitExceeded),
            pool.limited(0.05, on_tick=nothing),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT pg_sleep(1)")

    def test_tells_somebody_now_and_then(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pool, "TICK_SECONDS", 0.01)
        ticks: list[str] = []

        with pool.limited(9, on_tick=lambda: ticks.append("tick")):
            time.sleep(0.1)

        assert len(ticks) > 1


class TestOneByOne:
    def test_ends_the_process_with_what_ignores_everything_and_says_where_it_stood(self) -> None:
        stubborn = """
from contextlib import suppress
from common.events.pool import OneByOne
def hang():
    while True:
        with suppress(Exception):
            sum(range(5_000_000))
pool = OneByOne(1, soft_timeout=0.1, timeout=0.3)
pool.apply_async(hang, callback=print, accept_callback=lambda pid, at: None)
"""

        ended = subprocess.run([sys.executable, "-c", stubborn], capture_output=True, text=True, timeout=9, check=False)

        assert ended.returncode == 1
        assert 'File "<string>", line 7 in hang' in ended.stderr
