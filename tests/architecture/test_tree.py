"""The root of the repository shows the architecture, and holds nothing that came there by accident."""

from __future__ import annotations

from common.topology import BY_NAME
from tests.architecture.tree import tracked

FOLDERS = {".ci", "common", "deploy", "docs", "ops", "requirements", "tests", *BY_NAME}
FILES = {
    *(".dockerignore", ".env.example", ".gitignore", "ARCHITECTURE.md", "CHANGELOG.md", "CONVENTIONS.md"),
    *("Dockerfile", "README.md", "compose.yaml", "manage_all.py", "pyproject.toml"),
}


def test_the_root_holds_what_it_should_and_no_more() -> None:
    paths = tracked()

    assert {path.split("/")[0] for path in paths if "/" in path} == FOLDERS
    assert {path for path in paths if "/" not in path} == FILES
