"""Steps that are told, and the first that does not hold."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from ops.demo.narrator import Narrator, StepFailed, wait_for
from ops.errors import OpsError


@pytest.fixture
def paper() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def narrator(paper: io.StringIO) -> Narrator:
    return Narrator(Console(file=paper, width=100))


class TestStep:
    def test_is_told_with_its_time_and_note(self, narrator: Narrator, paper: io.StringIO) -> None:
        with narrator.step("She uploads a picture") as step:
            step.note = "12 bytes"

        assert re.fullmatch(r"  ✓ She uploads a picture \d+ ms  12 bytes\n", paper.getvalue())

    def test_that_does_not_hold_ends_the_story_and_says_why(self, narrator: Narrator, paper: io.StringIO) -> None:
        with pytest.raises(StepFailed, match="She uploads a picture") as raised, narrator.step("She uploads a picture"):
            raise OpsError("The file is too large.")

        assert "The file is too large." in str(raised.value)
        assert paper.getvalue() == "  ✗ She uploads a picture\n"


class TestWaitFor:
    def test_returns_what_is_found_once_it_is_there(self) -> None:
        answers = iter([None, "there"])

        assert wait_for(lambda: next(answers), what="it", within_seconds=1) == "there"

    def test_gives_up_in_time(self) -> None:
        with pytest.raises(OpsError, match="the parcel"):
            wait_for(lambda: None, what="the parcel", within_seconds=0.05)
