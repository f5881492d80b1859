"""``python -m ops.supervisor DIRECTORY``: run the plan in that folder."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from ops.supervisor.supervisor import Supervisor


async def main(directory: Path) -> None:
    """Supervise until told to stop."""
    await Supervisor(directory).run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
