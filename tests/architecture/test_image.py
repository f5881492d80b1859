"""The image holds what the processes need and nothing else: no secret, no tool, nothing that root would have to run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from common.topology import SERVICES
from tests.architecture.composition import ROOT
from tests.architecture.image import arguments, is_sent, stages
from tests.architecture.tree import tracked


class TestDockerfile:
    def test_is_written_as_its_linter_would(self) -> None:
        linter = Path(sys.executable).with_name("hadolint")

        done = subprocess.run([linter, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)

        assert (done.stdout + done.stderr, done.returncode) == ("", 0)

    def test_begins_with_one_base_that_cannot_change(self) -> None:
        bases = [base.split(" ")[0] for base in arguments("FROM")]

        assert re.fullmatch(r"python:3\.\d+\.\d+-slim-bookworm@sha256:[0-9a-f]{64}", bases[0])
        assert set(bases[1:]) == {"python"}

    def test_installs_what_was_locked_and_nothing_else(self) -> None:
        [command] = [command for command in arguments("RUN") if "pip" in command]
        installs = [part for part in command.split("&&") if "install" in part]

        assert [re.findall(r"\S+\.txt", install) for install in installs] == [
            ["/build/platform.txt"],
            ["/build/compile.txt"],
        ]
        assert all("--require-hashes" in install for install in installs)
        assert "--target /build/compiler" in installs[1]

    def test_leaves_the_compiler_where_it_was_built(self) -> None:
        runs = stages()[-1]

        assert [rest for word, rest in runs if word == "COPY"] == [
            f"--from=build {folder} {folder}" for folder in ("/venv", "/app", "/static")
        ]
        assert not re.search(r"apt-get|pip|gcc", " ".join(rest for word, rest in runs if word == "RUN"))

    def test_ends_as_somebody_without_rights(self) -> None:
        assert arguments("USER") == ["10001:10001"]
        assert [copy for copy in arguments("COPY") if "--chown" in copy] == []
        assert arguments("STOPSIGNAL") == ["SIGTERM"]

    def test_has_no_place_for_secrets(self) -> None:
        words = " ".join(arguments("ARG") + arguments("ENV"))

        assert re.findall(r"\w*(?:SECRET|PASSWORD|TOKEN|KEY)\w*", words) == []
        assert arguments("ADD") == []


class TestBuildContext:
    def test_is_the_code_and_what_it_needs(self) -> None:
        folders = {path.split("/")[0] for path in tracked() if is_sent(path)}

        assert folders == {"common", "ops", "requirements", *(service.name for service in SERVICES)}
        assert [path for path in tracked() if is_sent(path) and path.startswith("requirements/")] == [
            "requirements/compile.txt",
            "requirements/platform.txt",
        ]

    def test_leaves_out_what_is_private_or_made(self) -> None:
        private = (
            ".env",
            ".git/config",
            ".local/platform/secrets.json",
            ".venv/bin/python",
            "tests/system/conftest.py",
        )
        made = ("ops/__pycache__/run.cpython-311.pyc", "common/api/__pycache__/x.pyc")

        assert [path for path in (*private, *made) if is_sent(path)] == []
        assert is_sent("user_svc/config/settings.py")
