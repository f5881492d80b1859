"""What no eye sees."""

import pytest

from common.text import has_hidden_characters


class TestHasHiddenCharacters:
    @pytest.mark.parametrize("name", ["Ada Lovelace", "Zoë 王", "می\u200cخواهم", "O'Neill-Ó Súilleabháin Jr. 👩"])
    def test_finds_none_in_names(self, name: str) -> None:
        assert not has_hidden_characters(name)

    @pytest.mark.parametrize("char", ["\x00", "\n", "\x1b", "\x7f", "\u202e", "\u200b", "\u2028", "\ufeff", "\ud800"])
    def test_finds_what_no_eye_sees(self, char: str) -> None:
        assert has_hidden_characters(f"Ada{char}Lovelace")

    def test_lets_those_pass_that_are_welcome(self) -> None:
        assert has_hidden_characters("two\nlines")
        assert not has_hidden_characters("two\nlines", but="\n")
