"""All subjects together."""

from __future__ import annotations

import pytest

from ops import doctor
from ops.state import State


class TestExamine:
    def test_finds_nothing_where_nothing_is_wrong(self, state: State, given: pytest.MonkeyPatch) -> None:
        assert [finding for finding in doctor.examine(state) if finding.subject != "checkout"] == []

    def test_goes_on_after_a_subject_that_fails(self, state: State, given: pytest.MonkeyPatch) -> None:
        (state.directory / "run.json").write_text("half")
        given.setenv("OPENCOMMERCE_REDIS_URL", "redis://127.0.0.1:1/0")

        found = {finding.subject: finding.what for finding in doctor.examine(state)}

        assert "is damaged" in found["checkout"]
        assert "This could not be looked at" in found["runs"]
        assert "does not take us" in found["cache"]
