"""Logs that are written to while they are rotated."""

from __future__ import annotations

from pathlib import Path

from ops.supervisor import logs


class TestRotate:
    def test_empties_a_full_log_under_its_writer(self, tmp_path: Path) -> None:
        log = tmp_path / "order_svc.web.log"
        with log.open("ab", buffering=0) as writer:
            writer.write(b"old\n" * 10)

            logs.rotate(tmp_path, largest=20)

            writer.write(b"new\n")
        assert log.read_bytes() == b"new\n"
        assert (tmp_path / "order_svc.web.log.1").read_bytes() == b"old\n" * 10

    def test_leaves_a_small_log_as_it_is(self, tmp_path: Path) -> None:
        (tmp_path / "s3.log").write_text("few\n")

        logs.rotate(tmp_path, largest=20)

        assert [path.name for path in tmp_path.iterdir()] == ["s3.log"]
