"""How many files a process may have open."""

from __future__ import annotations

import resource
import subprocess
import sys

PROGRAM = "from common import open_files; open_files.allow_most(); print(open_files.most())"


def few() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


class TestAllowMost:
    def test_takes_what_the_system_gives(self) -> None:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

        said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, preexec_fn=few, check=True)

        assert int(said.stdout) == hard
