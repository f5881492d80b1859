"""Names and limits of what is for sale."""

import uuid

import pytest

from common.errors import InvalidInput
from common.money import Money
from product_svc.catalog import rules
from product_svc.catalog.rules import VariantDraft

ID = uuid.UUID("0123456789abcdef0123456789abcdef")
USD = Money(100, "USD")


class TestSlugsFor:
    @pytest.mark.parametrize(
        ("title", "slug"),
        [
            ("Blue Mug", "blue-mug"),
            ("  Crème brûlée – 2 l!  ", "creme-brulee-2-l"),
            ("a" * 200, "a" * 80),
            ("慢炊壶", "product-012345"),
            (str(ID), f"{ID}-012345"),
        ],
    )
    def test_begins_with_the_nicest(self, title: str, slug: str) -> None:
        assert next(rules.slugs_for(title, ID)) == slug

    def test_ends_with_one_that_nobody_else_has(self) -> None:
        *_, last = rules.slugs_for("x" * 200, ID)

        assert last.endswith(ID.hex)
        assert len(last) <= rules.MAX_SLUG


class TestRequirePrices:
    @pytest.mark.parametrize(
        ("price", "own", "path"),
        [
            (Money(0, "USD"), None, "price"),
            (USD, Money(0, "USD"), "variants.0.price"),
            (USD, Money(100, "EUR"), "variants.0.price"),
        ],
    )
    def test_names_the_bad_one(self, price: Money, own: Money | None, path: str) -> None:
        with pytest.raises(InvalidInput) as refusal:
            rules.require_prices(price, [own])

        assert list(refusal.value.errors) == [path]

    def test_takes_variants_without_a_price_of_their_own(self) -> None:
        rules.require_prices(USD, [None, Money(200, "USD")])


class TestRequireDistinctVariants:
    @pytest.mark.parametrize(
        ("drafts", "path"),
        [
            ([VariantDraft(sku="A"), VariantDraft(sku="B"), VariantDraft(sku="A")], "variants.2.sku"),
            (
                [
                    VariantDraft(sku="A", attributes={"colour": "Rust", "size": "L"}),
                    VariantDraft(sku="B", attributes={"size": "L", "colour": "Rust"}),
                ],
                "variants.1.attributes",
            ),
        ],
    )
    def test_names_the_second(self, drafts: list[VariantDraft], path: str) -> None:
        with pytest.raises(InvalidInput) as refusal:
            rules.require_distinct_variants(drafts)

        assert list(refusal.value.errors) == [path]

    def test_takes_variants_that_differ_or_say_nothing(self) -> None:
        rules.require_distinct_variants(
            [
                VariantDraft(sku="A", attributes={"size": "L"}),
                VariantDraft(sku="B", attributes={"size": "l"}),
                VariantDraft(sku="C"),
                VariantDraft(sku="D"),
            ]
        )


class TestBranchOf:
    def test_holds_all_below_and_nothing_beside(self) -> None:
        root, child, grandchild, other = (uuid.UUID(int=number) for number in range(4))
        parents = {root: None, child: root, grandchild: child, other: None}

        assert rules.branch_of(root, parents) == {root, child, grandchild}
