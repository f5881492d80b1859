"""What an address looks like, country by country."""

from typing import Any

import pytest

from user_svc.addresses import errors, rules
from user_svc.addresses.rules import PostalAddress


def address(**changes: Any) -> PostalAddress:
    return PostalAddress(
        **{"full_name": "Ada Lovelace", "line1": "4 Harbour Lane", "city": "Portland", "country": "US", **changes}
    )


class TestChecked:
    @pytest.mark.parametrize("region", ["ME", "me", "Maine", "MAINE"])
    def test_spells_regions_and_codes_the_usual_way(self, region: str) -> None:
        good = rules.checked(address(region=region, postal_code="04101", country="us"))

        assert (good.region, good.postal_code, good.country, good.city) == ("ME", "04101", "US", "Portland")

    @pytest.mark.parametrize(
        "good",
        [
            {"country": "GB", "city": "London", "postal_code": "sw1y 4jh"},
            {"country": "CH", "city": "Zürich", "postal_code": "8001"},
            {"country": "DE", "city": "München", "postal_code": "80331", "region": "Bayern"},
            {"country": "HK", "region": "Kowloon", "city": ""},
            {"country": "AE", "region": "Dubai", "city": "Dubai"},
            {"country": "SG", "city": "Singapore", "postal_code": "018956"},
            {"country": "BR", "city": "Sao Paulo", "region": "SP", "postal_code": "01310-100"},
            {"country": "JP", "city": "新宿区", "region": "東京都", "postal_code": "160-0022"},
            {"country": "CH", "city": "Zürich", "postal_code": "８００１"},
            {"country": "IE", "city": "Dublin", "postal_code": ""},
        ],
    )
    def test_takes_what_is_usual_in_a_country(self, good: dict[str, str]) -> None:
        assert rules.checked(address(**good)).country == good["country"]

    def test_keeps_regions_in_the_script_that_they_were_written_in(self) -> None:
        assert rules.checked(address(country="AE", region="Dubai")).region == "Dubai"

    @pytest.mark.parametrize(
        ("bad", "fields"),
        [
            ({"region": "ME"}, {"postal_code"}),
            ({"region": "ME", "postal_code": "4101"}, {"postal_code"}),
            ({"region": "ME", "postal_code": "94043"}, {"postal_code"}),
            ({"region": "Bavaria", "postal_code": "04101"}, {"region"}),
            ({"city": "", "region": "", "postal_code": ""}, {"city", "region", "postal_code"}),
            ({"country": "GB", "postal_code": "SW1Y"}, {"postal_code"}),
            ({"country": "DE", "postal_code": "٨٠٣٣١"}, {"postal_code"}),
            *[({"country": country}, {"country"}) for country in ("", "ZZ", "XK", "EU", "U", "USA", "ал", "..", "a/")],
        ],
    )
    def test_names_the_fields_that_are_bad(self, bad: dict[str, str], fields: set[str]) -> None:
        with pytest.raises(errors.AddressNotAcceptable) as refusal:
            rules.checked(address(**bad))

        assert set(refusal.value.errors) == fields

    def test_says_what_a_good_one_looks_like(self) -> None:
        with pytest.raises(errors.AddressNotAcceptable) as refusal:
            rules.checked(address(country="CH", postal_code="12"))

        assert "Switzerland" in refusal.value.errors["postal_code"][0]


class TestLinesOf:
    @pytest.mark.parametrize(
        ("written", "lines"),
        [
            (
                {"line2": "Unit 2", "region": "ME", "postal_code": "04101"},
                ["Ada Lovelace", "4 Harbour Lane", "Unit 2", "PORTLAND, ME 04101", "UNITED STATES"],
            ),
            (
                {"country": "CH", "line1": "Bahnhofstrasse 1", "city": "Zürich", "postal_code": "8001"},
                ["Ada Lovelace", "Bahnhofstrasse 1", "CH-8001 Zürich", "SWITZERLAND"],
            ),
            (
                {"country": "SG", "line1": "1 Raffles Place", "city": "Singapore", "postal_code": "048616"},
                ["Ada Lovelace", "1 Raffles Place", "SINGAPORE 048616", "REP. OF SINGAPORE"],
            ),
            (
                {"country": "AE", "line1": "Sheikh Zayed Road", "city": "Jebel Ali", "region": "Dubai"},
                ["Ada Lovelace", "Sheikh Zayed Road", "Jebel Ali", "Dubai", "UNITED ARAB EMIRATES"],
            ),
        ],
    )
    def test_are_those_of_the_country(self, written: dict[str, str], lines: list[str]) -> None:
        assert rules.lines_of(address(**written)) == lines

    def test_follow_the_script_that_it_is_written_in(self) -> None:
        tokyo = {"country": "JP", "region": "東京都", "postal_code": "160-0022"}

        native = rules.lines_of(address(**tokyo, line1="新宿3-1", city="新宿区"))
        latin = rules.lines_of(address(**tokyo, line1="3-1 Shinjuku", city="Shinjuku-ku"))

        assert native.index("Ada Lovelace") > native.index("新宿3-1")
        assert latin.index("Ada Lovelace") < latin.index("3-1 Shinjuku")
        assert "新宿区" in native
