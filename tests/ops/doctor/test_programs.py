"""Servers that are not on this machine, where they cannot be installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ops.state import ROOT

ASK = (
    "from ops.doctor import programs; from ops.state import State; "
    "[print(finding.what, finding.cure) for finding in programs.examine(State())]"
)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hide a folder")
class TestPrograms:
    def test_that_are_missing_are_named_with_how_to_get_them(self, tmp_path: Path) -> None:
        hide = 'for folder in /usr/lib/postgresql /usr/lib/rabbitmq; do mount --bind "$EMPTY" $folder; done; exec "$@"'
        environment = {"PATH": f"{tmp_path}", "PYTHONPATH": str(ROOT), "EMPTY": str(tmp_path), "HOME": str(tmp_path)}
        environment |= {
            "OPENCOMMERCE_S3_URL": "http://k:s@127.0.0.1:1/b",
            "OPENCOMMERCE_REDIS_URL": "redis://127.0.0.1:1",
        }
        limited = ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in environment.items())]

        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", hide, "sh", *limited, sys.executable, "-c", ASK],
            env={**os.environ, "EMPTY": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )

        assert (
            "There is no PostgreSQL on this machine. apt-get install postgresql, or give the URL of one" in done.stdout
        )
        assert "There is no RabbitMQ on this machine." in done.stdout
        assert "Redis" not in done.stdout
