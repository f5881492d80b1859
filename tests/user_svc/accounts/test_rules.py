"""The spelling of addresses and names."""

import pytest

from user_svc.accounts import rules


class TestNormalisedEmail:
    def test_is_lower_case_without_spaces_around(self) -> None:
        assert rules.normalised_email(" Ada@Example.COM\n") == "ada@example.com"

    def test_makes_no_ascii_address_of_one_that_only_looks_like_it(self) -> None:
        kelvin = "\N{KELVIN SIGN}ate@example.com"

        assert rules.normalised_email(kelvin) != "kate@example.com"


class TestHasHiddenCharacters:
    @pytest.mark.parametrize("name", ["Ada Lovelace", "Zoë 王", "می\u200cخواهم", "O'Neill-Ó Súilleabháin Jr. 👩"])
    def test_finds_none_in_names(self, name: str) -> None:
        assert not rules.has_hidden_characters(name)

    @pytest.mark.parametrize("char", ["\x00", "\n", "\x1b", "\x7f", "\u202e", "\u200b", "\u2028", "\ufeff", "\ud800"])
    def test_finds_what_no_eye_sees(self, char: str) -> None:
        assert rules.has_hidden_characters(f"Ada{char}Lovelace")
