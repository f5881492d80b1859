"""A folder without room, of somebody else's, or damaged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ops.doctor import checkout
from ops.state import ROOT, State

ASK = "from ops.doctor import checkout; from ops.state import State; from pathlib import Path; import sys; " + (
    "[print(finding.what, finding.cure, sep=chr(10)) for finding in checkout.examine(State(Path(sys.argv[1])))]"
)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts and becomes somebody else")


def told_within(*prefix: str, state: State) -> str:
    """What it finds when it is run in other circumstances."""
    command = [*prefix, sys.executable, "-c", ASK, str(state.directory)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


class TestCheckout:
    def test_in_which_nothing_ran_yet_is_no_fault(self, tmp_path: Path) -> None:
        assert list(checkout.examine(State(tmp_path / "nothing" / "yet"))) == []

    def test_that_is_whole_is_no_fault(self, state: State) -> None:
        state.write("run", {"port": 8000})

        assert list(checkout.examine(state)) == []

    @needs_root
    def test_without_room_is_named(self, state: State) -> None:
        mount = f'mount -t tmpfs -o size=8m tmpfs {state.directory} && exec "$@"'

        told = told_within("unshare", "--mount", "sh", "-c", mount, "sh", state=state)

        assert f"Only 8 MiB are free on the disk of {state.directory}." in told

    @needs_root
    def test_of_another_user_is_named(self, state: State) -> None:
        state.write("secrets", {})
        rights = "-all,+dac_read_search"
        somebody = ["setpriv", "--reuid", "10001", "--clear-groups", f"--inh-caps={rights}", f"--ambient-caps={rights}"]

        told = told_within(*somebody, "--", state=state)

        assert f"{state.directory} may not be read and written by this user." in told
        assert f"sudo chown -R 10001:0 {state.directory}" in told

    @pytest.mark.parametrize(("name", "loss"), [("run", False), ("secrets", True)])
    def test_with_a_damaged_file_is_named(self, state: State, name: str, loss: bool) -> None:
        path = state.directory / f"{name}.json"
        path.write_text('{"half": ')

        [finding] = checkout.examine(state)

        assert finding.what == f"{path} is damaged."
        assert ("--fresh" in finding.cure) == loss
