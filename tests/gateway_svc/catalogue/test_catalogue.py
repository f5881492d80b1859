"""Changes of the catalogue, from the fact to what every gateway process shows."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable

import pytest
from redis import Redis

from common.contracts import Contract, ProductChanged, ShowingChanged
from common.testing.private_redis import PrivateRedis
from gateway_svc.catalogue import rules
from gateway_svc.catalogue.adapters import announcements
from tests.gateway_svc.conftest import wait_until
from tests.gateway_svc.door import Door
from tests.gateway_svc.shelf import FakeShelf
from tests.gateway_svc.signing import Signer

LIST = "/api/v1/products/"
TREE = "/api/v1/categories/"
PROMISED_SECONDS = 1.0

Hear = Callable[[Contract], bool]


def product_changed() -> ProductChanged:
    return ProductChanged(
        version=2, product_id="ID-1", seller_id="s", slug="lamp", title="Lamp", status="published", variants=()
    )


def showing_changed(**what: object) -> ShowingChanged:
    return ShowingChanged(version=1, change_id=str(uuid.uuid4()), **what)


def word_at(door: Door, path: str) -> str:
    return door.ask("GET", path).json()["word"]


def require_soon(word: str, door: Door, path: str) -> None:
    give_up_at = time.monotonic() + PROMISED_SECONDS
    while word_at(door, path) != word:
        assert time.monotonic() < give_up_at, f"{path} still shows what is old"
        time.sleep(0.01)


@pytest.mark.django_db(transaction=True)
class TestAChange:
    @pytest.mark.parametrize(
        ("fact", "changed"),
        [
            (product_changed(), [f"{LIST}lamp/", f"{LIST}ID-1/", LIST]),
            (showing_changed(products=("ID-1", "lamp")), [f"{LIST}lamp/", f"{LIST}id-1/"]),
            (showing_changed(lists=True), [LIST, f"{LIST}?search=lamp"]),
            (showing_changed(categories=True), [TREE, f"{TREE}garden/"]),
            (showing_changed(everything=True), [LIST, TREE, f"{LIST}spade/"]),
        ],
        ids=["product", "pages", "lists", "categories", "everything"],
    )
    def test_shows(self, keeping_door: Door, shelf: FakeShelf, hear: Hear, fact: Contract, changed: list[str]) -> None:
        for path in changed:
            word_at(keeping_door, path)
        shelf.word = "new"

        hear(fact)

        for path in changed:
            require_soon("new", keeping_door, path)

    @pytest.mark.parametrize(
        ("fact", "groups"),
        [
            (product_changed(), ["lists", "product:id-1", "product:lamp"]),
            (showing_changed(products=("ID-1", "lamp")), ["product:id-1", "product:lamp"]),
            (showing_changed(lists=True, categories=True), ["categories", "lists"]),
            (showing_changed(everything=True, lists=True), ["*"]),
        ],
        ids=["product", "pages", "lists", "everything"],
    )
    def test_is_announced_by_what_it_makes_old(self, hear: Hear, settings, fact: Contract, groups: list[str]) -> None:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=5) as redis, redis.pubsub() as listener:
            listener.subscribe(announcements.CHANNEL)
            listener.get_message(timeout=5)

            hear(fact)

            message = listener.get_message(timeout=5)
        assert json.loads(message["data"]) == groups

    def test_shows_in_every_process(
        self, keeping_door: Door, open_keeping_door: Callable[..., Door], shelf: FakeShelf, hear: Hear
    ) -> None:
        doors = [keeping_door, open_keeping_door()]
        for door in doors:
            word_at(door, f"{LIST}lamp/")
        shelf.word = "new"

        hear(product_changed())

        for door in doors:
            require_soon("new", door, f"{LIST}lamp/")

    def test_made_through_the_gateway_shows_at_once(self, keeping_door: Door, shelf: FakeShelf, signer: Signer) -> None:
        for number in range(10):
            word_at(keeping_door, f"{LIST}lamp/")
            word_at(keeping_door, LIST)
            shelf.word = f"new-{number}"

            keeping_door.ask("PATCH", f"{LIST}lamp/", token=signer.token(), body=b"{}")

            assert word_at(keeping_door, f"{LIST}lamp/") == word_at(keeping_door, LIST) == shelf.word


class TestWithoutRedis:
    def test_nothing_is_kept_and_all_that_was_is_forgotten(
        self, open_keeping_door: Callable[..., Door], shelf: FakeShelf
    ) -> None:
        redis = PrivateRedis()
        try:
            door = open_keeping_door(OPENCOMMERCE_REDIS_URL=redis.url)
            word_at(door, LIST)

            redis.kill()
            wait_until(door, keeps=False)
            shelf.word = "new"
            assert word_at(door, LIST) == "new"

            redis.start()
            wait_until(door, keeps=True)
            word_at(door, LIST)
            assert "hit" in door.ask("GET", LIST).get("cache-status")
        finally:
            redis.kill()


class TestGroups:
    @pytest.mark.parametrize(
        ("path", "groups"),
        [
            (LIST, {"lists"}),
            (f"{LIST}Lamp/", {"product:lamp"}),
            (f"{LIST}lamp/reviews/", {"product:lamp"}),
            (TREE, {"categories"}),
            (f"{TREE}garden/", {"categories"}),
            ("/api/v1/home/", {"lists", "categories"}),
        ],
    )
    def test_of_what_is_read(self, path: str, groups: set[str]) -> None:
        assert rules.is_read_at(path)
        assert rules.groups_of(path) == groups

    @pytest.mark.parametrize("path", ["/api/v1/inventory/LAMP/", "/api/v1/orders/", "/api/v1/home/more/"])
    def test_are_only_of_the_catalogue(self, path: str) -> None:
        assert not rules.is_read_at(path)

    @pytest.mark.parametrize(
        ("path", "groups"),
        [
            (LIST, {"lists"}),
            (f"{LIST}lamp/", {"lists", "product:lamp"}),
            (f"{TREE}garden/", {"*"}),
            ("/api/v1/inventory/LAMP/adjust/", {"*"}),
            ("/api/v1/orders/", set()),
        ],
    )
    def test_of_what_is_written(self, path: str, groups: set[str]) -> None:
        assert rules.groups_written_at(path) == groups
