"""What ``up`` takes."""

from __future__ import annotations

import pytest

from ops.__main__ import build_parser


class TestPort:
    @pytest.mark.parametrize("port", ["0", "-1", "65536", "http", "８０"])
    def test_refuses_what_is_no_port(self, port: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as refusal:
            build_parser().parse_args(["up", f"--port={port}"])

        assert refusal.value.code == 2
        assert "a number from 1 to 65535" in capsys.readouterr().err

    def test_takes_a_port(self) -> None:
        assert build_parser().parse_args(["up", "--port", "8123"]).port == 8123
