"""The spelling of addresses."""

import pytest

from user_svc.accounts import rules


class TestNormalisedEmail:
    def test_is_lower_case_without_spaces_around(self) -> None:
        assert rules.normalised_email(" Ada@Example.COM\n") == "ada@example.com"

    def test_makes_no_ascii_address_of_one_that_only_looks_like_it(self) -> None:
        kelvin = "\N{KELVIN SIGN}ate@example.com"

        assert rules.normalised_email(kelvin) != "kate@example.com"


class TestNetworkOf:
    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("", ""),
            ("unix:", ""),
        ],
    )
    def test_is_what_one_household_has(self, address: str, network: str) -> None:
        assert rules.network_of(address) == network


class TestCanonicalLocale:
    @pytest.mark.parametrize(
        ("text", "locale"),
        [("de", "de"), ("DE-ch", "de-CH"), ("zh-Hant-TW", "zh-Hant-TW"), ("pt-br", "pt-BR")],
    )
    def test_has_one_spelling(self, text: str, locale: str) -> None:
        assert rules.canonical_locale(text) == locale

    @pytest.mark.parametrize("text", ["", "-", "xx", "english", "de_CH", "../../etc", "d" * 35, "de-CH-1996-x", "дe"])
    def test_is_none_for_what_is_none(self, text: str) -> None:
        assert rules.canonical_locale(text) is None
