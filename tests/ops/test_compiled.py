"""Which modules of the gateway are compiled, and when what was compiled is taken."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ops import compiled
from ops.errors import OpsError

MODULE = "gateway_svc/gateway/room.py"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where nothing is compiled yet, and sources of which there are few."""
    source = tmp_path / "sources" / MODULE
    source.parent.mkdir(parents=True)
    source.write_text("def double(number: int) -> int:\n    return 2 * number\n")
    monkeypatch.setattr(compiled, "ROOT", tmp_path / "sources")
    monkeypatch.setattr(compiled, "FOLDER", tmp_path / "compiled")
    monkeypatch.setattr(compiled, "modules", lambda _folder: [MODULE])
    return tmp_path / "sources"


class TestModules:
    def test_are_there(self) -> None:
        assert all((compiled.ROOT / each).is_file() for each in compiled.modules())

    def test_that_are_left_as_they_are_would_be_compiled_otherwise(self, monkeypatch: pytest.MonkeyPatch) -> None:
        left = compiled.LEFT_AS_THEY_ARE

        monkeypatch.setattr(compiled, "LEFT_AS_THEY_ARE", {})

        assert {f"gateway_svc/{name}" for name in left} <= set(compiled.modules())


class TestVariables:
    @pytest.mark.usefixtures("folder")
    def test_are_none_where_nothing_is_compiled(self) -> None:
        assert compiled.variables() == {}

    def test_are_none_once_a_source_is_another(self, folder: Path) -> None:
        compiled.place().mkdir(parents=True)
        was_taken = bool(compiled.variables())

        folder.joinpath(MODULE).write_text("DOUBLE = 2\n")

        assert was_taken
        assert compiled.variables() == {}

    @pytest.mark.parametrize("name", ["gateway_svc/site/templates/front.html", "common/identity.py"])
    def test_are_none_once_what_stands_beside_them_is_another(self, folder: Path, name: str) -> None:
        compiled.place().mkdir(parents=True)

        beside = folder / name
        beside.parent.mkdir(parents=True)
        beside.write_text("something else")

        assert compiled.variables() == {}


@pytest.mark.skipif(not compiled.is_possible(), reason="there is no C compiler")
class TestMaking:
    @pytest.mark.usefixtures("folder")
    def test_makes_what_a_process_then_takes(self) -> None:
        compiled.make()

        where = "import gateway_svc.gateway.room as room; print(room.__file__, room.double(21))"
        environment = {**os.environ, **compiled.variables()}
        done = subprocess.run(
            [sys.executable, "-c", where], env=environment, capture_output=True, text=True, check=True
        )
        file, doubled = done.stdout.split()
        assert Path(file).is_relative_to(compiled.place())
        assert file.endswith(".so")
        assert doubled == "42"

    def test_leaves_what_still_runs_and_nothing_else(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(compiled, "compile_in", lambda _: None)
        running, gone = compiled.make(), compiled.FOLDER / "0123456789abcdef"
        gone.mkdir()
        wait = [sys.executable, "-c", "input()"]
        with subprocess.Popen(wait, env={**os.environ, **compiled.variables()}, stdin=subprocess.PIPE) as process:
            folder.joinpath(MODULE).write_text("DOUBLE = 2\n")

            made = compiled.make()

            process.kill()
        assert {each.name for each in compiled.FOLDER.iterdir() if each.is_dir()} == {running.name, made.name}

    @pytest.mark.usefixtures("folder")
    def test_at_the_same_time_is_done_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        done = []

        def compile_slowly(where: Path) -> None:
            time.sleep(0.2)
            done.append(where)

        monkeypatch.setattr(compiled, "compile_in", compile_slowly)
        with ThreadPoolExecutor(2) as two:
            places = [each.result() for each in [two.submit(compiled.make) for _ in range(2)]]

        assert len(done) == 1
        assert places[0] == places[1]

    def test_finds_a_compiler_that_is_not_among_what_runs(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mine = tmp_path / "compiler" / "mypyc" / "__main__.py"
        mine.parent.mkdir(parents=True)
        mine.with_name("__init__.py").touch()
        mine.write_text("raise SystemExit('error: this one was asked')")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "compiler"))

        with pytest.raises(OpsError, match="this one was asked"):
            compiled.compile_in(folder)

    def test_that_fails_says_what_the_compiler_says_and_leaves_nothing(self, folder: Path) -> None:
        folder.joinpath(MODULE).write_text("def double(number: int) -> int:\n    return str(number)\n")

        with pytest.raises(OpsError, match=r"room\.py:2: error: Incompatible return value type"):
            compiled.make()
        assert compiled.variables() == {}


def test_without_a_compiler_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")

    with pytest.raises(OpsError, match="apt-get install gcc"):
        compiled.compile_in(folder)
