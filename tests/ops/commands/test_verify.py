"""What ``verify`` prints."""

from __future__ import annotations

import argparse

import pytest

from ops.commands import verify
from ops.platform import Platform
from ops.verify import INVARIANTS
from ops.verify.breach import Breach


class TestRun:
    @pytest.fixture(autouse=True)
    def breach(self, monkeypatch: pytest.MonkeyPatch) -> str:
        title = next(iter(INVARIANTS))
        found = {title: {Breach(subject="SKU A", finding="does not add up, " + "and more " * 20, row="{}")}}
        monkeypatch.setattr(Platform, "is_up", lambda _: True)
        monkeypatch.setattr(verify, "verify", lambda *_, **__: found)
        return title

    def test_says_on_stdout_what_is_breached_a_breach_a_line(
        self, breach: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert verify.run(argparse.Namespace(json=False, patience=0)) == 1

        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == f"✗ {breach}"
        assert "SKU A: does not add up" in lines[1]
        assert len(lines) == len(INVARIANTS) + 1
