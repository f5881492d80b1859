"""How a service says what it does by itself; the one scheduler reads it of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.events.broker import BOUNDED_PUBLISH
from common.topology import Service


@dataclass(frozen=True)
class Every:
    """Run a task again and again, this many seconds apart.

    What waits for nobody outside may go among the facts, where no work that is slow holds it up.
    """

    seconds: float
    among_facts: bool = False


def beat_entries(service: Service, schedule: Mapping[str, Every]) -> dict[str, dict[str, Any]]:
    """Celery's schedule of a service's tasks, on its queues; two services may have tasks of one name.

    A run that nobody took before the next one is due is dropped, so that a service that was down does not find a heap.
    """
    return {
        f"{service.name}: {task}": {
            "task": task,
            "schedule": every.seconds,
            "options": {
                "exchange": service.private_exchange,
                "routing_key": service.facts_queue if every.among_facts else service.work_queue,
                "expires": every.seconds,
                **BOUNDED_PUBLISH,
            },
        }
        for task, every in schedule.items()
    }
