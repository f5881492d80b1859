"""How many files and connections a process may have open.

Systems give a process few (1,024) and let it take more by itself; who keeps a connection for each person needs more.
"""

from __future__ import annotations

import resource


def most() -> int:
    """As many as it may have now."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def allow_most() -> None:
    """Take as many as the system lets us."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
