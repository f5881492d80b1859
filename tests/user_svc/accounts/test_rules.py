"""The spelling of addresses."""

from user_svc.accounts import rules


class TestNormalisedEmail:
    def test_is_lower_case_without_spaces_around(self) -> None:
        assert rules.normalised_email(" Ada@Example.COM\n") == "ada@example.com"

    def test_makes_no_ascii_address_of_one_that_only_looks_like_it(self) -> None:
        kelvin = "\N{KELVIN SIGN}ate@example.com"

        assert rules.normalised_email(kelvin) != "kate@example.com"
