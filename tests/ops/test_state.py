"""The state folder and its lock."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ops.credentials import Credentials
from ops.state import AlreadyRunning, State


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "state")
    state.make()
    return state


class TestLock:
    def test_is_given_once(self, state: State) -> None:
        descriptor = state.lock()

        with pytest.raises(AlreadyRunning):
            state.lock()
        os.close(descriptor)
        os.close(state.lock())

    def test_survives_starting_afresh(self, state: State) -> None:
        descriptor = state.lock()

        state.wipe()

        with pytest.raises(AlreadyRunning):
            state.lock()
        os.close(descriptor)


class TestCredentials:
    def test_are_made_once_and_kept_from_others(self, state: State) -> None:
        secret = Credentials(state).get("redis")

        assert Credentials(state).get("redis") == secret
        assert (state.directory / "secrets.json").stat().st_mode & 0o077 == 0
