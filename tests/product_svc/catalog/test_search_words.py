"""Understanding what was typed by the words that there are."""

from __future__ import annotations

from typing import Any

import pytest

from product_svc.catalog import services
from product_svc.catalog.models import SearchWord
from product_svc.catalog.rules import MAX_SEARCH_WORD
from product_svc.catalog.services import keywords
from tests.product_svc.catalog.test_search_api import found
from tests.product_svc.factories import NOON, CategoryFactory, Somebody, product, seller

pytestmark = pytest.mark.django_db


class TestSearch:
    @pytest.mark.parametrize(
        "search",
        ["latnern", "lantrn", "lannntern", "kantern", "latnern brass", "brass latnern", "bras lantern", "LATNERN"],
    )
    def test_forgives_a_wrong_letter_or_two(self, visitor: Any, search: str) -> None:
        product("A", title="Brass Lantern")
        product("B", title="Brass Lamp")

        assert found(visitor, search)[0] == "Brass Lantern"

    @pytest.mark.parametrize("search", ["lnt", "mgu", "2025", "lanternlanternlantern"])
    def test_does_not_forgive_everything(self, visitor: Any, search: str) -> None:
        product("A", title="Lantern 2024")
        product("B", title="Mug")

        assert found(visitor, search) == []

    def test_takes_what_is_nearest(self, visitor: Any) -> None:
        product("A", title="Lantern")
        product("B", title="Pattern")

        assert found(visitor, "latern") == ["Lantern"]
        assert set(found(visitor, "lattern")) == {"Lantern", "Pattern"}

    def test_takes_a_word_that_is_there_as_it_stands(self, visitor: Any) -> None:
        product("A", title="Cart")
        product("B", title="Cartridge")

        assert found(visitor, "cart") == ["Cart"]
        assert found(visitor, "cartr") == ["Cartridge"]

    def test_completes_the_last_word_only(self, visitor: Any) -> None:
        product("A", title="Brass Lantern")

        assert found(visitor, "brass lant") == ["Brass Lantern"]
        assert found(visitor, "lant brass") == []

    def test_completes_to_the_most_common_words(self, visitor: Any) -> None:
        for number in range(9):
            product(f"R-{number}", title=f"Ca{'bdefghijk'[number]}x")
        for number in range(2):
            product(f"C-{number}", title="Cazx")
        services.count_words()

        assert len(found(visitor, "ca")) == 9
        assert "Cazx" in found(visitor, "ca")

    def test_knows_compounds(self, visitor: Any) -> None:
        product("A", title="Rolling-pin, 3.5mm")

        for search in ("rolling-pin", "rolling pin", "rolling-pi", "3.5mm", "rollin"):
            assert found(visitor, search) == ["Rolling-pin, 3.5mm"], search

    def test_finds_words_that_nobody_counted(self, visitor: Any) -> None:
        product("A", title="Lantern")
        SearchWord.objects.all().delete()

        assert found(visitor, "lantern") == ["Lantern"]
        assert found(visitor, "lantenr") == []


class TestWords:
    def test_are_learnt_when_a_product_is_published(self, visitor: Any) -> None:
        ada = seller()
        lamp = product("A", title="Lantern", status="draft", author=ada)
        assert not SearchWord.objects.exists()

        services.change_product(editor=ada, key=str(lamp.id), changes={"status": "published"}, now=NOON)

        assert found(visitor, "latnern") == ["Lantern"]

    def test_are_learnt_when_a_product_changes(self, visitor: Any) -> None:
        ada = seller()
        lamp = product("A", title="Lamp", author=ada)

        services.change_product(editor=ada, key=str(lamp.id), changes={"title": "Lantern"}, now=NOON)

        assert found(visitor, "latnern") == ["Lantern"]

    def test_are_learnt_when_a_seller_is_renamed(self, visitor: Any) -> None:
        lamp = product("A", title="Lamp", author=Somebody(seller().id, "Lovelace"))

        services.keep_seller(seller_id=lamp.seller_id, name="Babbage", version=1)

        assert found(visitor, "babb") == ["Lamp"]

    def test_are_counted_and_forgotten(self) -> None:
        ada = seller()
        gone = product("A", title="Lantern", author=ada)
        product("B", title="Brass Lamp")
        product("C", title="Brass Vase")
        services.archive_product(editor=ada, key=str(gone.id))

        services.count_words()

        counted = dict(SearchWord.objects.values_list("word", "products"))
        assert (counted["brass"], counted["lamp"]) == (2, 1)
        assert "lantern" not in counted

    def test_may_be_longer_than_anybody_types(self, visitor: Any) -> None:
        longest, longer = "a" * MAX_SEARCH_WORD, "b" * (MAX_SEARCH_WORD + 1)

        product("A", title=longest, description=longer)
        services.count_words()

        assert SearchWord.objects.filter(word=longest).exists()
        assert not SearchWord.objects.filter(word=longer).exists()
        assert found(visitor, longer) == [longest]


class TestNames:
    def test_of_a_large_category_are_kept_bit_by_bit(self, visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(keywords, "AT_ONCE", 2)
        lights = CategoryFactory(slug="lights", name="Lights")
        for number in range(5):
            product(f"A-{number}", title="Lamp", category="lights")

        services.change_category(key=str(lights.id), changes={"name": "Lanterns"})
        assert len(found(visitor, "lantern")) == 2

        services.change_category(key=str(lights.id), changes={"name": "Beacons"})
        services.name_rest_anew()
        services.name_rest_anew()

        assert len(found(visitor, "beacon")) == 5
        assert found(visitor, "lights") == found(visitor, "lantern") == []
