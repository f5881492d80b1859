"""The page of settings says what `.env.example` says."""

from __future__ import annotations

from ops.settings_page import tables

SOURCE = """\
# What this file is about.

# ── The platform ──────────
# Where it is reached; every
# URL is on it.
SHOP_URL=http://127.0.0.1:8000
# Empty: <none> | nobody.
SHOP_KEY=
SHOP_LEVEL=INFO
"""


class TestTables:
    def test_keep_sections_variables_and_what_stands_above_them(self) -> None:
        lines = list(tables(SOURCE))

        assert lines == [
            "",
            "What this file is about.",
            "",
            "## The platform",
            "\n| variable | what it is |\n| --- | --- |",
            "| `SHOP_URL` | Where it is reached; every URL is on it. (`http://127.0.0.1:8000`) |",
            "| `SHOP_KEY` | Empty: &lt;none> \\| nobody. |",
            "| `SHOP_LEVEL` | (`INFO`) |",
        ]
