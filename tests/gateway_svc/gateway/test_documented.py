"""What the page about the door shows of it, asked for as it is written there."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable

import pytest

from ops.state import ROOT
from tests.gateway_svc.door import Door

PAGE = ROOT / "docs/reference/door.md"
# Where the reader's gateway is, in each of the page's examples.
ORIGINS = re.compile(r"https?://(?:127\.0\.0\.1:8000|10\.0\.0\.5:8000|shop\.example)(?=/)")
EXAMPLES = re.findall(r"^```\n\$ (.+)\n((?:.+\n)+)```$", PAGE.read_text(), re.MULTILINE)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl on this machine"),
]


@pytest.fixture(scope="module")
def documented_door(open_door: Callable[..., Door]) -> Door:
    """A gateway that is set up as the page says."""
    return open_door(OPENCOMMERCE_TRUSTED_PROXIES="127.0.0.1", OPENCOMMERCE_CORS_ORIGINS="https://app.example")


def test_each_example_is_found() -> None:
    assert len(EXAMPLES) == PAGE.read_text().count("\n$ ") >= 5


@pytest.mark.parametrize(("command", "shown"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_is_answered_as_it_is_shown(documented_door: Door, command: str, shown: str) -> None:
    here = ORIGINS.sub(f"http://127.0.0.1:{documented_door.port}", command)

    done = subprocess.run(["bash", "-c", here], capture_output=True, text=True, timeout=30, check=False)

    said = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    wanted = [re.escape(line).replace("…", ".+") for line in shown.splitlines()]
    assert len(said) == len(wanted), done.stdout + done.stderr
    for pattern, line in zip(wanted, said, strict=True):
        assert re.fullmatch(pattern, line), f"{line} is not {pattern}"
