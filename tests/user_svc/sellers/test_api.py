"""Sellers over HTTP: who may, what comes back, and what bad input gets."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.user_svc.factories import SellerFactory, UserFactory
from user_svc.sellers import rules
from user_svc.sellers.models import Seller, Status

pytestmark = pytest.mark.django_db
OWN = "/api/v1/sellers/me/"
WHY = {"reason": "Nothing was ever shipped."}
ClientOf = Callable[..., Any]


def path_of(seller: Seller, step: str = "") -> str:
    return f"/api/v1/sellers/{seller.id}/{step}"


class TestDoors:
    @pytest.mark.parametrize("path", [OWN, f"/api/v1/sellers/{uuid4()}/"])
    def test_lead_through_the_gateway(self, client: Client, path: str) -> None:
        assert client.get(path).status_code == 401

    def test_of_ones_own_shop_are_closed_to_visitors(self, visitor: Any) -> None:
        assert visitor.get(OWN).status_code == 401
        assert visitor.patch(OWN, {}).status_code == 401

    @pytest.mark.parametrize("step", ["approve/", "suspend/"])
    def test_of_approval_are_open_to_staff_alone(self, visitor: Any, client_of: ClientOf, step: str) -> None:
        seller = SellerFactory()
        path = path_of(seller, step)

        assert visitor.post(path, WHY).status_code == 401
        assert client_of(seller.id, "customer", "seller").post(path, WHY).status_code == 403
        assert client_of(uuid4(), "support").post(path, WHY).status_code == 200
        assert client_of(uuid4(), "admin").post(path, WHY).status_code == 200


class TestSeller:
    def test_shows_everybody_who_sells(self, visitor: Any) -> None:
        seller = SellerFactory(about="Analytical ones.")

        answer = visitor.get(path_of(seller))

        assert answer.json() == {
            "id": str(seller.id),
            "name": "Lovelace Engines",
            "about": "Analytical ones.",
            "status": "approved",
            "joined_at": seller.created_at.isoformat().replace("+00:00", "Z"),
        }

    @pytest.mark.parametrize(("status", "reason"), [(Status.PENDING, ""), (Status.SUSPENDED, "why")])
    def test_is_seen_by_itself_and_staff_before_and_after_it_may_sell(
        self, visitor: Any, client_of: ClientOf, status: str, reason: str
    ) -> None:
        seller = SellerFactory(status=status, reason=reason)
        path = path_of(seller)

        assert visitor.get(path).status_code == 404
        assert client_of(uuid4(), "seller").get(path).status_code == 404
        for insider in (client_of(seller.id, "seller"), client_of(uuid4(), "support")):
            assert insider.get(path).json()["status"] == status
            assert insider.get(path).json()["reason"] == reason

    @pytest.mark.parametrize("name", ["1", "me2", "x" * 300])
    def test_is_not_there_for_what_is_no_id(self, visitor: Any, name: str) -> None:
        assert visitor.get(f"/api/v1/sellers/{name}/").status_code == 404

    def test_is_not_there_for_a_customer(self, visitor: Any) -> None:
        assert visitor.get(f"/api/v1/sellers/{UserFactory().id}/").status_code == 404


class TestOwnShop:
    def test_is_changed_by_its_seller(self, client_of: ClientOf) -> None:
        seller = SellerFactory()
        client = client_of(seller.id, "seller")

        answer = client.patch(OWN, {"about": "Two\nlines"})

        assert answer.status_code == 200
        assert client.get(OWN).json() == answer.json()
        assert (answer.json()["about"], answer.json()["name"]) == ("Two\nlines", "Lovelace Engines")

    def test_is_not_there_for_a_customer(self, client_of: ClientOf) -> None:
        client = client_of(UserFactory().id, "customer")

        assert client.get(OWN).status_code == 404
        assert client.patch(OWN, {"name": "Mine"}).status_code == 404

    def test_does_not_approve_itself(self, client_of: ClientOf) -> None:
        seller = SellerFactory(status=Status.PENDING)

        answer = client_of(seller.id, "seller").patch(OWN, {"status": "approved", "version": 9})

        assert answer.json()["status"] == "pending"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *[("name", value) for value in ("", "  ", None, 7, [], {}, "a\nb", "a\u202eb", "\x00", "n" * 151)],
            *[("about", value) for value in (None, 7, [], "\x00", "a\u0007", "a" * 2001, "a" * 500_000)],
        ],
    )
    def test_names_the_field_that_is_bad(self, client_of: ClientOf, field: str, value: Any) -> None:
        seller = SellerFactory()

        answer = client_of(seller.id, "seller").patch(OWN, json.dumps({field: value}), content_type="application/json")

        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == {field}


class TestSuspension:
    @pytest.mark.parametrize("body", [None, {}])
    def test_gives_a_reason_where_staff_gave_none(self, client_of: ClientOf, told: Any, body: Any) -> None:
        answer = client_of(uuid4(), "support").post(path_of(SellerFactory(), "suspend/"), body)

        assert (answer.status_code, answer.json()["status"]) == (200, "suspended")
        (fact,) = told
        assert answer.json()["reason"] == fact.reason == rules.UNTOLD_REASON

    @pytest.mark.parametrize("body", [{"reason": ""}, {"reason": 7}, {"reason": "r" * 501}, {"reason": "\x00"}])
    def test_names_the_reason_that_is_bad(self, client_of: ClientOf, body: Any) -> None:
        answer = client_of(uuid4(), "support").post(path_of(SellerFactory(), "suspend/"), body)

        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == {"reason"}

    @pytest.mark.parametrize("step", ["approve/", "suspend/"])
    def test_finds_nobody_who_does_not_sell(self, client_of: ClientOf, step: str) -> None:
        assert client_of(uuid4(), "admin").post(f"/api/v1/sellers/{uuid4()}/{step}", WHY).status_code == 404
