"""Whether this machine has the programs of the servers that are not configured."""

from __future__ import annotations

from collections.abc import Iterator

from ops import apt
from ops.doctor.finding import Finding
from ops.environment import needs_postgres
from ops.servers import SERVERS, Postgres
from ops.state import State


def examine(_state: State) -> Iterator[Finding]:
    """The missing programs, unless ``up`` can install them."""
    own = [kind for kind in SERVERS if not kind.given_url() and (kind is not Postgres or needs_postgres())]
    for kind in own:
        if kind.find() is None and not (kind.packages and apt.can_install()):
            get = f"apt-get install {' '.join(kind.packages)}, or give" if kind.packages else "give"
            yield Finding(
                subject="programs",
                what=f"There is no {kind.title} on this machine.",
                why="The platform cannot start without it, and it cannot be installed from here.",
                cure=f"{get} the URL of one in {kind.variable}, or use Docker: docker compose up",
            )
