"""The page that leads through this package leads to all of it, and nowhere else."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "gateway_svc" / "gateway"


def named() -> set[str]:
    """The modules in the first column of the page's tables."""
    rows = (ROOT / "docs" / "explanation" / "gateway.md").read_text().splitlines()
    return {name for row in rows if row.startswith("| `") for name in re.findall(r"`([\w/]+\.py)`", row.split("|")[1])}


class TestGuide:
    def test_names_every_module(self) -> None:
        modules = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"}

        assert named() == modules
