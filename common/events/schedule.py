"""How a service declares its scheduled tasks; one scheduler process runs those of all services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.events.broker import BOUNDED_PUBLISH
from common.topology import Service


@dataclass(frozen=True)
class Every:
    """Run a task again and again, this many seconds apart.

    ``among_facts``: on the queue of facts instead of the work queue, where no slow task delays it. Only for a task that
    never waits for anything outside.
    """

    seconds: float
    among_facts: bool = False


def beat_entries(service: Service, schedule: Mapping[str, Every]) -> dict[str, dict[str, Any]]:
    """Celery beat's entries for a service's tasks, on its queues. Two services may have tasks of the same name.

    A run that no worker took before the next one is due is dropped, so that none pile up while a service is down.
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
