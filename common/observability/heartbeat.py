"""A sign of life of a process that nobody can ask over HTTP: a file whose age tells when it was last at work.

Containers and Kubernetes judge workers, relays and the scheduler by it (ops/healthy.py).
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
    except OSError as error:  # whoever cannot say that it lives should still do its work
        logger.warning("no sign of life can be left in %s: %s", path, error)
