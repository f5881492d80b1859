"""Ports that are free, stay ours, and are the same again next time."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from ops import ports
from ops.errors import OpsError
from ops.state import State


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "state")
    state.make()
    return state


class TestRemembered:
    def test_gives_the_same_ports_again(self, state: State) -> None:
        first = ports.remembered(state, ["postgres", "redis"])

        assert ports.remembered(state, ["postgres", "redis"]) == first
        assert len(set(first.values())) == 2

    def test_moves_off_a_port_that_was_taken_meanwhile(self, state: State) -> None:
        before = ports.remembered(state, ["postgres"])["postgres"]

        with socket.create_server(("127.0.0.1", before)):
            after = ports.remembered(state, ["postgres"])["postgres"]
            as_it_is = ports.remembered(state, ["postgres"], as_they_are=True)["postgres"]

        assert after != before
        assert as_it_is == after


class TestClaimPublic:
    def test_passes_over_ports_that_are_taken_or_claimed(self) -> None:
        first, claim = ports.claim_public(None)
        with claim:
            second, other_claim = ports.claim_public(None)
            other_claim.close()

        assert first >= ports.FIRST_PUBLIC
        assert second > first

    def test_refuses_a_wanted_port_that_is_taken(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(OpsError, match="is taken"):
            ports.claim_public(server.getsockname()[1])
