"""An installation that a test can break."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from common.topology import SERVICES
from ops.state import State


@pytest.fixture
def state(tmp_path: Path) -> State:
    """The state of a run that was never started."""
    state = State(tmp_path / "platform")
    state.make()
    return state


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment without the variables of the tests' own run."""
    ours = ("OPENCOMMERCE_", *(f"{service.name.upper()}_" for service in SERVICES))
    for name in [name for name in os.environ if name.startswith(ours)]:
        monkeypatch.delenv(name)
    return monkeypatch
