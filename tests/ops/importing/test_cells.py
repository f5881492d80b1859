"""Lists in a cell, and cells that no spreadsheet runs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.importing import cells

# What the shop keeps is trimmed, and no name is empty.
WORDS = st.text(min_size=1).map(str.strip).filter(bool)


class TestLists:
    @settings(deadline=None)
    @given(st.lists(WORDS), st.sampled_from([cells.LIST, cells.PATH]))
    def test_come_back_as_they_were(self, texts: list[str], separator: str) -> None:
        assert cells.texts(cells.joined(texts, separator), separator) == texts

    @settings(deadline=None)
    @given(st.dictionaries(WORDS, st.text().map(str.strip)))
    def test_come_back_as_they_were_in_pairs(self, attributes: dict[str, str]) -> None:
        assert cells.pairs(cells.from_pairs(attributes)) == attributes

    def test_are_easy_to_write(self) -> None:
        assert cells.texts(" a.webp | tea/b.webp |") == ["a.webp", "tea/b.webp"]
        assert cells.texts(r"Sport/Ski\/boarding", cells.PATH) == ["Sport", "Ski/boarding"]
        assert cells.pairs("colour = Teal | url=a=b") == {"colour": "Teal", "url": "a=b"}

    def test_say_what_is_no_pair(self) -> None:
        with pytest.raises(ValueError, match="'Teal' is no attribute: write name=value"):
            cells.pairs("Teal")


class TestGuardedCells:
    @pytest.mark.parametrize(
        "cell", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''=1"]
    )
    def test_begin_with_an_apostrophe(self, cell: str) -> None:
        assert cells.guarded(cell) == f"'{cell}"
        assert cells.unguarded(f"'{cell}") == cell

    @pytest.mark.parametrize("cell", ["", "Tea", "'s Gravenhage", "a=b", "1-2"])
    def test_are_left_alone_otherwise(self, cell: str) -> None:
        assert cells.guarded(cell) == cells.unguarded(cell) == cell
