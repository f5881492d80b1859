"""What a container's health check says."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.state import ROOT


class Moody(http.server.BaseHTTPRequestHandler):
    """Well, or not, as its path says."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health/live" and self.headers["Host"] == "localhost" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Moody) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def ails(subject: str) -> str:
    """What the check, run as containers run it, finds wrong."""
    command = [sys.executable, "-IS", "ops/healthy.py", subject]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=False)
    assert bool(done.returncode) == bool(done.stderr)
    return done.stderr


class TestOfUrl:
    def test_is_content_with_200(self, server: str) -> None:
        assert ails(f"{server}/health/live") == ""

    def test_names_another_answer(self, server: str) -> None:
        assert "answers [b'503']" in ails(f"{server}/elsewhere")

    def test_names_who_does_not_answer(self) -> None:
        assert "http://127.0.0.1:1/health/live does not answer" in ails("http://127.0.0.1:1/health/live")


class TestOfFile:
    def test_is_content_with_a_late_touch(self, tmp_path: Path) -> None:
        (tmp_path / "heartbeat").touch()

        assert ails(str(tmp_path / "heartbeat")) == ""

    def test_names_the_age_of_an_early_one(self, tmp_path: Path) -> None:
        (tmp_path / "heartbeat").touch()
        minute_ago = time.time() - 60
        os.utime(tmp_path / "heartbeat", (minute_ago, minute_ago))

        assert "the last sign of life is 60 s old" in ails(str(tmp_path / "heartbeat"))

    def test_names_a_file_that_is_missing(self, tmp_path: Path) -> None:
        assert "no sign of life" in ails(str(tmp_path / "heartbeat"))
