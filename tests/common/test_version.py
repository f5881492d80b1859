"""The release is said once to people and once to programs, and both are the same."""

import tomllib
from pathlib import Path

from common.version import VERSION


def test_is_the_one_of_the_project() -> None:
    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())

    assert project["project"]["version"] == VERSION
