"""Asking several things at once without waiting for those that hang."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

DEADLINE_SECONDS = 3.5


def ask_all(questions: Mapping[str, Callable[[], Any]], *, seconds: float = DEADLINE_SECONDS) -> dict[str, Any]:
    """Every answer by its name; None for a question that failed, or was not answered in time."""
    answers: dict[str, Any] = {}

    def ask(name: str, question: Callable[[], Any]) -> None:
        try:
            answers[name] = question()
        except Exception:  # each client library has exceptions of its own, and all mean that the answer is unknown
            answers[name] = None

    # Daemon threads, so that a question that hangs does not keep the process from exiting.
    threads = [threading.Thread(target=ask, args=item, daemon=True) for item in questions.items()]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return {name: answers.get(name) for name in questions}
