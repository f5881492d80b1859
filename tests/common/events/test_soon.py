"""What is asked for several times is done once, and what changes meanwhile is for the next time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from common.events.soon import Soon

TASK = "answers.tell_untold"


class Worker:
    """Does later what it is given, when the test says so."""

    def __init__(self, soon: Soon) -> None:
        self._soon = soon
        self._later: list[Callable[[], None]] = []
        self.done: list[str] = []
        self.asks_meanwhile = False

    def serve(self) -> None:
        self._soon.serve(lambda _seconds, work: self._later.append(work), self._do)

    def come_round(self) -> None:
        due, self._later = self._later, []
        for work in due:
            work()

    def _do(self, task: str) -> None:
        self.done.append(task)
        if self.asks_meanwhile:
            self._soon.ask(task, seconds=1)


@pytest.fixture
def soon() -> Soon:
    return Soon()


@pytest.fixture
def worker(soon: Soon) -> Worker:
    return Worker(soon)


class TestSoon:
    def test_does_nothing_where_no_worker_serves(self, soon: Soon, worker: Worker) -> None:
        soon.ask(TASK, seconds=1)

        worker.serve()
        worker.come_round()

        assert worker.done == []

    def test_does_a_task_once_however_often_it_is_asked_for(self, soon: Soon, worker: Worker) -> None:
        worker.serve()

        soon.ask(TASK, seconds=1)
        soon.ask(TASK, seconds=1)
        soon.ask("another", seconds=1)
        worker.come_round()

        assert worker.done == [TASK, "another"]

    def test_does_it_again_for_what_changes_while_it_is_done(self, soon: Soon, worker: Worker) -> None:
        worker.serve()
        worker.asks_meanwhile = True

        soon.ask(TASK, seconds=1)
        worker.come_round()
        worker.come_round()

        assert worker.done == [TASK, TASK]

    def test_is_asked_anew_after_the_worker_lost_what_it_was_to_do(self, soon: Soon, worker: Worker) -> None:
        worker.serve()
        soon.ask(TASK, seconds=1)

        worker = Worker(soon)
        worker.serve()
        soon.ask(TASK, seconds=1)
        worker.come_round()

        assert worker.done == [TASK]
