"""Setting rules."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from common.errors import InvalidInput
from gateway_svc.house_rules import errors, rules, selectors, services
from gateway_svc.house_rules.models import Block, Limit, Route

pytestmark = pytest.mark.django_db
NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)
PRODUCTS, PLACING = "/api/v1/products/", "POST /api/v1/orders/"


def block(value: str, kind: str = rules.NETWORK, ends_at: datetime | None = None) -> Block:
    return services.block(kind=kind, value=value, reason="they scrape", ends_at=ends_at, now=NOW)


class TestKnownRules:
    def test_have_a_row_each(self) -> None:
        assert Limit.objects.filter(label="reading-person", requests=None, is_off=False).exists()
        assert Route.objects.filter(path__in=[PRODUCTS, PLACING, "/ws/notifications/"]).count() == 3

    def test_come_and_go_with_the_code_and_keep_what_is_set(self) -> None:
        services.set_limit(label="reading-person", requests=5, window_seconds=None, is_off=False)

        services.know_rules(limits=["reading-person", "new-person"], routes=[PRODUCTS])

        assert list(Limit.objects.values_list("label", "requests")) == [("new-person", None), ("reading-person", 5)]
        assert [route.path for route in Route.objects.all()] == [PRODUCTS]


class TestSetting:
    def test_a_limit(self) -> None:
        services.set_limit(label="payment-person", requests=10, window_seconds=600, is_off=False)

        limit = Limit.objects.get(label="payment-person")
        assert (limit.requests, limit.window_seconds) == (10, 600)

    def test_a_route(self) -> None:
        services.set_route(path=PRODUCTS, total_seconds=30)

        assert Route.objects.get(path=PRODUCTS).total_seconds == 30

    def test_closing_and_opening_a_route(self) -> None:
        services.close_route(path=PRODUCTS, because="We count our stock.", back_in_seconds=600)
        closed = Route.objects.get(path=PRODUCTS)
        services.open_route(path=PRODUCTS)

        assert (closed.closed_because, closed.back_in_seconds) == ("We count our stock.", 600)
        assert Route.objects.get(path=PRODUCTS).closed_because == ""

    def test_closing_needs_a_word(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            services.close_route(path=PRODUCTS, because="")

        assert "closed_because" in refused.value.errors

    @pytest.mark.parametrize(("field", "value"), [("total_seconds", 0), ("total_seconds", 601), ("body_bytes", 1)])
    def test_a_route_beyond_reason_is_refused(self, field: str, value: int) -> None:
        with pytest.raises(InvalidInput) as refused:
            services.set_route(path=PRODUCTS, **{field: value})

        assert field in refused.value.errors

    def test_what_there_is_not_is_refused(self) -> None:
        with pytest.raises(errors.UnknownRule):
            services.set_limit(label="nonsense", requests=1, window_seconds=1, is_off=False)
        with pytest.raises(errors.UnknownRule):
            services.set_route(path="/nowhere/", total_seconds=1)


class TestBlocking:
    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ("203.0.113.7", "203.0.113.7/32"),
            ("203.0.113.7/24", "203.0.113.0/24"),
            ("2001:DB8:0:0::/64", "2001:db8::/64"),
            ("::ffff:203.0.113.7", "203.0.113.7/32"),
            ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ],
    )
    def test_names_a_network_in_one_way(self, said: str, kept: str) -> None:
        assert block(said).value == kept

    def test_twice_is_one_block_with_the_newer_word(self) -> None:
        block("203.0.113.7")
        later = block("203.0.113.7/32", ends_at=NOW + timedelta(hours=1))

        assert list(selectors.blocks_that_hold(now=NOW)) == [later]

    @pytest.mark.parametrize("value", ["0.0.0.0/0", "10.0.0.0/7", "2000::/3", "nonsense", "203.0.113.7/33", ""])
    def test_no_network_or_nearly_all_is_refused(self, value: str) -> None:
        with pytest.raises(InvalidInput):
            block(value)

    @pytest.mark.parametrize("kind", [rules.ACCOUNT, rules.KEY])
    def test_an_account_or_key_is_named_by_its_id(self, kind: str) -> None:
        block(str(uuid.uuid4()).upper(), kind)
        with pytest.raises(InvalidInput):
            block("ada@example.com", kind)

    def test_nobody_locks_themselves_out(self) -> None:
        me = uuid.uuid4()

        with pytest.raises(errors.LocksOneselfOut):
            services.block(kind=rules.ACCOUNT, value=str(me), reason="oops", ends_at=None, now=NOW, by=me)

        assert not Block.objects.exists()

    def test_that_is_over_already_is_refused(self) -> None:
        with pytest.raises(InvalidInput):
            block("203.0.113.7", ends_at=NOW)

    def test_has_a_bound(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rules, "MOST_BLOCKS", 1)
        block("203.0.113.7")
        with pytest.raises(errors.TooManyBlocks):
            block("203.0.113.8")

    def test_ends_when_it_is_lifted(self) -> None:
        made = block("203.0.113.7")

        services.lift_block(block_id=made.id, now=NOW)

        assert not selectors.blocks_that_hold(now=NOW).exists()
        with pytest.raises(errors.BlockNotFound):
            services.lift_block(block_id=uuid.uuid4(), now=NOW)

    def test_is_forgotten_long_after_its_end(self) -> None:
        services.lift_block(block_id=block("203.0.113.7").id, now=NOW)
        lasting = block("203.0.113.8")

        assert services.forget_old_blocks(now=NOW + rules.KEPT_AFTER_ITS_END) == 0
        assert services.forget_old_blocks(now=NOW + rules.KEPT_AFTER_ITS_END + timedelta(seconds=1)) == 1
        assert list(Block.objects.all()) == [lasting]
