"""The shell blocks of the tutorial, and of the page of the API, run as they are written, each page in one shell."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
from pathlib import Path

import pytest

from ops.platform import Platform
from ops.state import ROOT
from tests.system.people import publish, sign_up

PAGE = ROOT / "docs/tutorial/first-order.md"
OF_THE_API = ROOT / "docs/how-to/use-the-api.md"
# Those that bring the reader's own platform up and down; here it is that of the tests.
OF_THE_PLATFORM = "manage_all.py"


def blocks(page: Path = PAGE) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)


def run(script: str, platform: Platform) -> str:
    """What it prints."""
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{script}"],
        cwd=ROOT,
        env={**os.environ, "SHOP": platform.url},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def said(platform: Platform) -> str:
    return run("\n".join(block for block in blocks() if OF_THE_PLATFORM not in block), platform)


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


class TestThePageOfTheApi:
    def test_places_an_order(self, platform: Platform) -> None:
        [block] = blocks(OF_THE_API)
        first, _, rest = block.partition("\n")
        assert first.startswith("SHOP=http://")
        publish(sign_up(platform.url, "seller"), stock=5)

        # Somebody of that name may have signed up here already.
        order = json.loads(run(rest.replace("ada@", f"ada-{secrets.token_hex(6)}@"), platform))

        assert (order["status"], len(order["lines"])) == ("placed", 1)
