"""Lists and pages are computed once, for everybody, and given to nobody who may not see them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from common.caching import circuit, slot
from common.money import Money
from common.testing.private_redis import PrivateRedis
from product_svc.catalog import services
from tests.product_svc.answers.elsewhere import ask_elsewhere
from tests.product_svc.factories import NOON, STAFF, CategoryFactory, Somebody, product

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/api/v1/products/"
TREE = "/api/v1/categories/"
ADA = Somebody(uuid.UUID(int=1))
CROWD = 100
Client = Callable[..., Any]


class Looks:
    """How many looks into the database there were, of whichever thread."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Those of this thread, from here on."""

        def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            self.statements.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            yield

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture
def looks() -> Looks:
    return Looks()


def change_price(minor: int) -> None:
    services.change_product(editor=STAFF, key="mug", changes={"price": Money(minor, "USD")}, now=NOON)


def prices(client: Any) -> list[str]:
    """The mug's, on its page and in the list."""
    shown = [client.get(f"{LIST}mug/").json(), *client.get(LIST).json()["results"]]
    return [item["price"]["amount"] for item in shown]


def kept() -> list[bytes]:
    """All that is kept."""
    redis = slot.connection()
    return [redis.get(key) for key in redis.scan_iter("product_svc:cache:answer:*", count=10_000)]


class TestAnswer:
    @pytest.mark.parametrize("address", [LIST, f"{LIST}mug/", TREE])
    def test_is_computed_once_and_the_same_to_everybody(
        self, client_of: Client, visitor: Any, looks: Looks, address: str
    ) -> None:
        product(author=ADA)
        first = visitor.get(address)

        with looks.counted():
            others = [
                client.get(address)
                for client in (visitor, client_of(ADA.id, "seller"), client_of(uuid.uuid4(), "admin"))
            ]

        assert len(looks) == 0
        assert [answer.content for answer in others] == [first.content] * 3

    @pytest.mark.parametrize("address", [LIST, f"{LIST}mug/", TREE])
    def test_says_what_it_is(self, visitor: Any, address: str) -> None:
        product()

        answers = [visitor.get(address), visitor.get(address), visitor.head(address)]

        for answer in answers:
            assert answer.status_code == 200
            assert answer["Content-Type"] == "application/json"
            assert answer["Cache-Control"] == "public, no-cache"
            assert answer["Vary"] == "Accept"
            assert answer["ETag"] == answers[0]["ETag"]

    @pytest.mark.parametrize("address", [LIST, f"{LIST}?search=mug&in_stock=true", f"{LIST}mug/", TREE])
    def test_may_be_kept_by_the_gateway(self, client_of: Client, visitor: Any, address: str) -> None:
        product()

        for client in (visitor, client_of(uuid.uuid4(), "admin")):
            assert client.get(address)["Gateway-Cache-Control"].startswith("max-age=60, ")

    @pytest.mark.parametrize("address", [LIST, f"{LIST}mug/", TREE])
    def test_is_not_given_again_to_who_has_it(self, visitor: Any, looks: Looks, address: str) -> None:
        product()
        first = visitor.get(address)

        with looks.counted():
            again = visitor.get(address, headers={"If-None-Match": f'"other", {first["ETag"]}'})
            other = visitor.get(address, headers={"If-None-Match": '"other"'})

        assert (again.status_code, again.content, len(looks)) == (304, b"", 0)
        assert [again[name] for name in ("ETag", "Cache-Control", "Vary")] == [
            first[name] for name in ("ETag", "Cache-Control", "Vary")
        ]
        assert (other.status_code, other.content) == (200, first.content)

    @pytest.mark.parametrize("address", [LIST, f"{LIST}mug/", TREE])
    def test_is_a_page_for_a_browser(self, visitor: Any, address: str) -> None:
        product()
        plain = visitor.get(address)

        shown = visitor.get(address, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

        assert shown["Content-Type"].startswith("text/html")
        assert shown.get("ETag") != plain["ETag"]
        assert b"200 OK" in shown.content

    @pytest.mark.parametrize("address", [LIST, f"{LIST}mug/", TREE])
    def test_is_given_to_nobody_who_comes_past_the_gateway(self, client: Any, visitor: Any, address: str) -> None:
        product()
        visitor.get(address)

        assert client.get(address).status_code == 401
        assert client.get(address, headers={"X-Gateway-Assertion": "forged"}).status_code == 401

    def test_is_json_or_a_page_and_nothing_else(self, visitor: Any) -> None:
        visitor.get(LIST)

        assert visitor.get(LIST, headers={"Accept": "application/xml"}).status_code == 406


class TestQuestion:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("seller={ada}&ordering=price", "ordering=price&seller={ada}"),
            ("", "utm_source=letter&page_size=20&ordering=newest&search=&cursor="),
            ("min_price=5", "min_price=5.00"),
            ("in_stock=true", "in_stock=1"),
            ("search=blue+mug", "search=%20blue%20%20mug&ordering=relevance"),
        ],
    )
    def test_that_means_the_same_is_answered_once(self, visitor: Any, looks: Looks, one: str, other: str) -> None:
        product(author=ADA)
        first, second = (f"{LIST}?{query.format(ada=ADA.id)}" for query in (one, other))
        visitor.get(first)

        with looks.counted():
            visitor.get(second)

        assert len(looks) == 0
        assert len(kept()) == 1

    def test_that_means_something_else_is_another(self, visitor: Any) -> None:
        product("MUG", title="Mug", price=Money(100, "USD"))
        product("POT", title="Pot", price=Money(900, "USD"))

        def first(query: str) -> str:
            return visitor.get(f"{LIST}?{query}").json()["results"][0]["title"]

        for _ in range(2):
            assert first("ordering=price") == first("max_price=5") == first("search=mug") == "Mug"
            assert first("ordering=-price") == first("min_price=5") == first("search=pot") == "Pot"
        assert len(kept()) == 6

    @pytest.mark.parametrize(
        "query",
        [f"search={'x' * 10_000}", "page_size=0", "cursor=nonsense", "seller=ada", "ordering=x", "category=a b"],
    )
    def test_that_is_none_keeps_nothing(self, visitor: Any, query: str) -> None:
        assert [visitor.get(f"{LIST}?{query}").status_code for _ in range(2)] == [400, 400]
        assert kept() == []

    @pytest.mark.parametrize("key", ["x" * 500, "no slug", "%C3%A9", str(uuid.uuid4())])
    def test_of_nothing_is_answered_404(self, visitor: Any, key: str) -> None:
        assert [visitor.get(f"{LIST}{key}/").status_code for _ in range(2)] == [404, 404]

    def test_of_an_id_may_be_written_in_capitals(self, visitor: Any) -> None:
        address = f"{LIST}{product().id}/"
        visitor.get(address.upper().replace(LIST.upper(), LIST))
        change_price(100)

        assert visitor.get(address.upper().replace(LIST.upper(), LIST)).json()["price"]["amount"] == "1.00"


class TestWhatNotAllMaySee:
    @pytest.mark.parametrize("status", ["draft", "archived"])
    def test_is_never_kept(self, client_of: Client, visitor: Any, status: str) -> None:
        product(title="Secret mug", status=status, author=ADA)
        owner, admin = client_of(ADA.id, "seller"), client_of(uuid.uuid4(), "admin")
        others = [visitor, client_of(uuid.uuid4(), "seller"), client_of(uuid.uuid4())]

        for _ in range(2):
            for client in (owner, admin):
                shown = client.get(f"{LIST}secret-mug/")
                assert (shown.status_code, shown["Cache-Control"]) == (200, "private, no-cache")
                assert shown["ETag"]
            assert [client.get(f"{LIST}secret-mug/").status_code for client in others] == [404] * 3

        assert not [answer for answer in kept() if b"Secret" in answer]

    @pytest.mark.parametrize("address", [f"{LIST}secret-mug/", f"{LIST}?sku=MUG", f"{LIST}?status=draft"])
    def test_is_not_for_the_gateway_to_keep(self, client_of: Client, visitor: Any, address: str) -> None:
        product(title="Secret mug", status="draft", author=ADA)

        for client in (visitor, client_of(ADA.id, "seller"), client_of(uuid.uuid4(), "admin")):
            assert "Gateway-Cache-Control" not in client.get(address)

    def test_vanishes_at_once(self, client_of: Client, visitor: Any) -> None:
        product(author=ADA)
        assert prices(visitor) == ["12.50", "12.50"]

        client_of(ADA.id, "seller").delete(f"{LIST}mug/")

        assert visitor.get(f"{LIST}mug/").status_code == 404
        assert visitor.get(LIST).json()["results"] == []

    def test_appears_at_once(self, client_of: Client, visitor: Any) -> None:
        product(author=ADA, status="draft")
        assert visitor.get(f"{LIST}mug/").status_code == 404

        client_of(ADA.id, "seller").patch(f"{LIST}mug/", {"status": "published"})

        assert prices(visitor) == ["12.50", "12.50"]

    def test_by_sku_is_for_staff_alone(self, client_of: Client, visitor: Any) -> None:
        product(status="draft")
        address = f"{LIST}?sku=MUG"

        for _ in range(2):
            found = client_of(uuid.uuid4(), "support").get(address)
            assert (len(found.json()["results"]), found["Cache-Control"]) == (1, "private, no-cache")
            assert visitor.get(address).json()["results"] == []


class TestOtherProcess:
    def test_is_given_what_was_computed_here(self, visitor: Any, database_url: str) -> None:
        product()
        here = visitor.get(LIST).json()

        there = ask_elsewhere(database_url, "GET", LIST)

        assert there == {"status": 200, "queries": 0, "body": here}

    def test_makes_old_what_was_computed_here(self, visitor: Any, database_url: str) -> None:
        product()
        assert prices(visitor) == ["12.50", "12.50"]

        price = {"amount": "7.00", "currency": "USD"}
        changed = ask_elsewhere(database_url, "PATCH", f"{LIST}mug/", {"price": price})

        assert changed["status"] == 200
        assert prices(visitor) == ["7.00", "7.00"]


class TestStampede:
    @pytest.mark.parametrize(
        ("address", "statements"), [(LIST, 1), (f"{LIST}?search=mug", 3), (f"{LIST}mug/", 3), (f"{LIST}gone/", 1)]
    )
    def test_of_a_hundred_readers_computes_once(
        self, client_of: Client, looks: Looks, address: str, statements: int
    ) -> None:
        product(category=CategoryFactory().slug)

        def read(_: int) -> bytes:
            try:
                with looks.counted():
                    answer = client_of().get(address)
            finally:
                connection.close()
            return answer.content if answer.status_code == 200 else b""

        with ThreadPoolExecutor(CROWD) as crowd:
            bodies = set(crowd.map(read, range(CROWD)))

        assert len(bodies) == 1
        assert len(looks) == statements


class TestRedisAway:
    def test_means_slower_and_not_broken(self, redis: PrivateRedis, visitor: Any) -> None:
        product()
        assert prices(visitor) == ["12.50", "12.50"]

        redis.kill()

        assert prices(visitor) == ["12.50", "12.50"]
        change_price(700)
        assert prices(visitor) == ["7.00", "7.00"]
        assert visitor.get(f"{LIST}nothing/").status_code == 404
        assert visitor.get(TREE).status_code == 200

    def test_for_a_while_brings_nothing_old_back(
        self, redis: PrivateRedis, visitor: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        product()
        prices(visitor)
        redis.kill()
        change_price(700)

        redis.start()

        monkeypatch.setattr(slot, "circuit", circuit.Circuit())
        assert [prices(visitor) for _ in range(3)] == [["7.00", "7.00"]] * 3
