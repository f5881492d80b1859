"""Every decision has a number of its own and stands in the index, by its title."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs/adr"
DECISIONS = sorted(FOLDER.glob("[0-9]*.md"))


def title_of(decision: Path) -> str:
    return decision.read_text().partition("\n")[0].removeprefix("# ")


def test_have_numbers_without_gaps() -> None:
    numbers = [int(decision.name[:4]) for decision in DECISIONS]

    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert [int(title_of(decision).partition(".")[0]) for decision in DECISIONS] == numbers


def test_stand_in_the_index() -> None:
    listed = re.findall(r"^(\d+\. )\[(.+)\]\((\d+-.+\.md)\)$", (FOLDER / "README.md").read_text(), re.MULTILINE)

    assert [(number + title, name) for number, title, name in listed] == [
        (title_of(decision), decision.name) for decision in DECISIONS
    ]
