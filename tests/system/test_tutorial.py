"""The tutorial's shell blocks, run as they are written, in one shell."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from ops.platform import Platform
from ops.state import ROOT

PAGE = ROOT / "docs/tutorial/first-order.md"
# Those that bring the reader's own platform up and down; here it is that of the tests.
OF_THE_PLATFORM = "manage_all.py"


def blocks() -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def said(platform: Platform) -> str:
    script = "\n".join(["set -euo pipefail", *(block for block in blocks() if OF_THE_PLATFORM not in block)])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env={**os.environ, "SHOP": platform.url},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class TestTutorial:
    def test_only_the_blocks_of_the_readers_own_platform_are_left_out(self) -> None:
        left_out = [block.split("\n") for block in blocks() if OF_THE_PLATFORM in block]

        assert [len(lines) for lines in left_out] == [2, 2, 2]

    def test_the_product_is_found(self, said: str) -> None:
        assert "Tutorial Lantern" in said

    def test_the_notification_arrives_live(self, said: str) -> None:
        (live,) = re.findall(r"^live: (.*notification.*)$", said, re.MULTILINE)

        assert '"event":"orders.order_confirmed.v1"' in live.replace('": "', '":"')

    def test_the_time_line_tells_of_the_payment_and_the_stock(self, said: str) -> None:
        assert re.search(r"^OC-\w+ confirmed$", said, re.MULTILINE)
        assert re.search(r"inventory\.stock_reserved\.v1", said)
        assert re.search(r"payments\.payment_captured\.v1", said)
