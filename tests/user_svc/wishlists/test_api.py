"""Wishlists over HTTP: who may, what comes back, and what bad input gets."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from tests.user_svc.factories import UserFactory
from user_svc.wishlists import rules
from user_svc.wishlists.models import WishlistItem

PATH = "/api/v1/users/me/wishlist/"
ClientOf = Callable[..., Any]


@pytest.mark.django_db
class TestDoors:
    def test_are_closed_to_visitors_and_lead_through_the_gateway(self, client: Client, visitor: Any) -> None:
        for someone in (client, visitor):
            assert {someone.get(PATH).status_code, someone.post(PATH).status_code} == {401}
            assert someone.delete(f"{PATH}{uuid4()}/").status_code == 401


@pytest.mark.django_db
class TestWishlist:
    def test_takes_a_product_once(self, client_of: ClientOf) -> None:
        client = client_of(UserFactory().id, "customer")
        product = str(uuid4())

        answers = [client.post(PATH, {"product": product}) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [201, 200, 200]
        assert answers[0].json() == answers[2].json() == client.get(PATH).json()["results"][0]
        assert answers[0].json()["product"] == product

    def test_lists_the_newest_first_by_page(self, client_of: ClientOf) -> None:
        client = client_of(UserFactory().id, "customer")
        products = [str(uuid4()) for _ in range(3)]
        for product in products:
            client.post(PATH, {"product": product})

        first = client.get(PATH, {"page_size": 2}).json()
        second = client.get(first["next"]).json()

        assert [item["product"] for page in (first, second) for item in page["results"]] == products[::-1]

    def test_is_ones_own(self, client_of: ClientOf) -> None:
        ada, charles = (client_of(UserFactory().id, "customer") for _ in range(2))
        product = str(uuid4())
        ada.post(PATH, {"product": product})

        assert charles.get(PATH).json()["results"] == []
        assert charles.delete(f"{PATH}{product}/").status_code == 204
        assert len(ada.get(PATH).json()["results"]) == 1

    def test_lets_a_product_go_and_may_be_asked_again(self, client_of: ClientOf) -> None:
        client = client_of(UserFactory().id, "customer")
        product = str(uuid4())
        client.post(PATH, {"product": product})

        assert [client.delete(f"{PATH}{product}/").status_code for _ in range(2)] == [204, 204]
        assert client.get(PATH).json()["results"] == []

    def test_has_an_end(self, client_of: ClientOf) -> None:
        user = UserFactory()
        items = [WishlistItem(user=user, product_id=uuid4()) for _ in range(rules.MAX_ITEMS)]
        WishlistItem.objects.bulk_create(items)

        client = client_of(user.id, "customer")

        assert client.post(PATH, {"product": str(uuid4())}).status_code == 409
        assert client.post(PATH, {"product": str(items[0].product_id)}).status_code == 200

    @pytest.mark.parametrize("product", [None, "", 7, True, [], {}, "x", "\x00", "x" * 500_000, "9" * 40])
    def test_refuses_what_can_be_no_product(self, client_of: ClientOf, product: Any) -> None:
        answer = client_of(UserFactory().id, "customer").post(PATH, {"product": product})

        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == {"product"}

    def test_lets_nothing_go_that_has_no_id(self, client_of: ClientOf) -> None:
        assert client_of(UserFactory().id, "customer").delete(f"{PATH}1/").status_code == 404


@pytest.mark.django_db(transaction=True)
class TestWishlistAtOnce:
    def test_takes_a_product_once(self, client_of: ClientOf) -> None:
        user = UserFactory()
        product = str(uuid4())
        together = Barrier(6)

        def attempt(_: int) -> int:
            client = client_of(user.id, "customer")
            together.wait()
            try:
                return int(client.post(PATH, {"product": product}).status_code)
            finally:
                connection.close()

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(attempt, range(6))) == [*[200] * 5, 201]
