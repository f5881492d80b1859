"""Rotation of log files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

LARGEST_BYTES = 8 * 1024 * 1024


def rotate(directory: Path, largest: int = LARGEST_BYTES) -> None:
    """Copy each log that is too large, and truncate it in place.

    The processes write to the file themselves, in append mode, and would go on writing to a renamed file.
    """
    for log in directory.glob("*.log"):
        if log.stat().st_size > largest:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
