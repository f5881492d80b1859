"""What ``status`` prints."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from ops.commands import status

RUNNING = {"name": "order_svc-web", "kind": "web", "state": "running", "pid": 7, "port": 8003, "rss_bytes": 2**26}


def shown(**changes: Any) -> str:
    console = Console(width=200, highlight=False)
    all_well = {
        "gateway": "http://127.0.0.1:8000",
        "ready": True,
        "admin": {"email": "admin@example.com", "password": "a-password"},
        "mailbox": "/tmp/mail",
        "servers": [{"name": "redis", "kind": "redis", "pid": 3, "port": 6379, "url": None}],
        "processes": [RUNNING],
        "queues": [{"name": "order_svc.facts", "depth": 0}],
        "outboxes": [{"service": "order_svc", "unsent": 0, "oldest_seconds": None}],
    }
    with console.capture() as captured:
        status._show({**all_well, **changes}, console)
    return captured.get()


class TestWhatWaits:
    def test_is_said_in_words_where_nothing_does(self) -> None:
        assert "No fact and no work waits." in shown()
        assert "depth" not in shown()

    @pytest.mark.parametrize(("depth", "said"), [(3, "3"), (None, "–")])
    def test_is_listed_where_something_does_or_nobody_knows(self, depth: int | None, said: str) -> None:
        last = shown(queues=[{"name": "order_svc.facts", "depth": depth}]).splitlines()[-1]

        assert last.split() == ["order_svc.facts", said]
