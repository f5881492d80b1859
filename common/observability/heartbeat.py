"""A heartbeat for processes without HTTP: a file whose modification time says when the process last made progress.

Containers and Kubernetes use it as the liveness of workers, relays and the scheduler (ops/healthy.py).
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

logger = logging.getLogger(__name__)

EVERY_SECONDS = 5.0


def beat() -> None:
    """Touch the file that the environment names; without a name there is nothing to do."""
    path = os.environ.get("OPENCOMMERCE_HEARTBEAT_FILE")
    if not path:
        return
    try:
        Path(path).touch()
    except OSError as error:  # a process that cannot leave a heartbeat should still do its work
        logger.warning("no sign of life can be left in %s: %s", path, error)
