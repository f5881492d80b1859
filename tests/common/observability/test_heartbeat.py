"""Processes without HTTP leave a sign of life."""

from pathlib import Path

import pytest

from common.observability import heartbeat


class TestBeat:
    def test_touches_the_file_that_the_environment_names(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENCOMMERCE_HEARTBEAT_FILE", str(tmp_path / "heartbeat"))

        heartbeat.beat()

        assert (tmp_path / "heartbeat").exists()

    def test_disturbs_nobody_who_has_no_place_for_it(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setenv("OPENCOMMERCE_HEARTBEAT_FILE", "/proc/nowhere/heartbeat")

        heartbeat.beat()

        assert "no sign of life can be left in /proc/nowhere/heartbeat" in caplog.text

    def test_leaves_nothing_where_nobody_asks(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("OPENCOMMERCE_HEARTBEAT_FILE", raising=False)
        monkeypatch.chdir(tmp_path)

        heartbeat.beat()

        assert list(tmp_path.iterdir()) == []
