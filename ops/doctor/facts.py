"""Whether facts arrive."""

from __future__ import annotations

from collections.abc import Iterator

from ops.doctor.finding import Finding
from ops.state import State
from ops.status import Status

_LONGEST_WAIT_SECONDS = 60


def examine(state: State) -> Iterator[Finding]:
    """The outboxes and dead letters of the run that is up."""
    if not state.supervisor():
        return
    status = Status(state).collect()
    for outbox in status["outboxes"]:
        if (outbox["oldest_seconds"] or 0) > _LONGEST_WAIT_SECONDS:
            yield Finding(
                subject="facts",
                what=f"{outbox['unsent']} facts of {outbox['service']} are unsent, "
                f"the oldest for {outbox['oldest_seconds']:.0f} s.",
                why="The other services do not know of them yet. They are safe, and go out once the way is free.",
                cure=f"python3 manage_all.py logs {outbox['service']}.relay",
            )
    for queue in status["queues"]:
        if queue["name"].endswith(".dead") and queue["depth"]:
            yield Finding(
                subject="facts",
                what=f"{queue['depth']} facts could not be handled by {queue['name'].removesuffix('.dead')}.",
                why="Whatever should have followed from them has not; they wait for a person.",
                cure="python3 manage_all.py dead-letters list, then show ID and replay ID",
            )
