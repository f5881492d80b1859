"""How authors are shown, and how texts begin."""

import pytest

from product_svc.reviews import rules


class TestShownName:
    @pytest.mark.parametrize(
        ("full_name", "shown"),
        [
            ("Ada Lovelace", "Ada L."),
            ("  Ada   King  of Lovelace ", "Ada L."),
            ("Ada", "Ada"),
            ("李 小龍", "李 小."),
            ("ada.lovelace@example.com", "ada.lovelace"),
            ("@", "A customer"),
            ("", "A customer"),
            ("x" * 200, "x" * 60),
            ("x" * 150 + " Lovelace", "x" * 57 + " L."),
        ],
    )
    def test_says_no_more_than_it_must(self, full_name: str, shown: str) -> None:
        assert rules.shown_name(full_name) == shown


class TestExcerptOf:
    def test_is_the_whole_of_a_short_text(self) -> None:
        assert rules.excerpt_of("x" * 280) == "x" * 280

    def test_ends_a_long_one(self) -> None:
        excerpt = rules.excerpt_of("word " * 1000)

        assert len(excerpt) <= 280
        assert excerpt.endswith("word…")
