"""Addresses over HTTP: who may, what comes back, and what bad input gets."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.user_svc.factories import AddressFactory, UserFactory
from user_svc.addresses.models import Address

pytestmark = pytest.mark.django_db
PATH = "/api/v1/users/me/addresses/"
LONDON = {
    "full_name": "Ada Lovelace",
    "line1": "12 St James's Square",
    "city": "London",
    "postal_code": "sw1y 4jh",
    "country": "GB",
    "phone": "+44 20 7183 8750",
}
ClientOf = Callable[..., Any]


class TestDoors:
    @pytest.mark.parametrize("path", [PATH, f"{PATH}{uuid4()}/"])
    def test_are_closed_to_visitors_and_lead_through_the_gateway(self, client: Client, visitor: Any, path: str) -> None:
        for someone in (client, visitor):
            assert {someone.get(path).status_code, someone.post(path).status_code} == {401}
            assert {someone.patch(path).status_code, someone.delete(path).status_code} == {401}

    @pytest.mark.parametrize("method", ["get", "patch", "delete"])
    @pytest.mark.parametrize("roles", [("customer",), ("support",), ("admin",)])
    def test_lead_to_ones_own_alone(self, client_of: ClientOf, method: str, roles: tuple[str, ...]) -> None:
        address = AddressFactory()
        client = client_of(UserFactory().id, *roles)

        assert getattr(client, method)(f"{PATH}{address.id}/").status_code == 404
        assert client.get(PATH).json()["results"] == []
        assert Address.objects.exists()


class TestAddresses:
    def test_are_made_shown_changed_and_removed(self, client_of: ClientOf) -> None:
        client = client_of(UserFactory().id, "customer")

        made = client.post(PATH, LONDON)
        path = f"{PATH}{made.json()['id']}/"
        changed = client.patch(path, {"line2": "Second floor"})

        assert made.status_code == 201
        assert changed.json() == {**made.json(), "line2": "Second floor", "formatted": changed.json()["formatted"]}
        assert client.get(path).json() == changed.json()
        assert changed.json() | {"id": "", "created_at": ""} == {
            **LONDON,
            "id": "",
            "created_at": "",
            "line2": "Second floor",
            "region": "",
            "postal_code": "SW1Y 4JH",
            "phone": "+442071838750",
            "is_default": True,
            "formatted": [
                "Ada Lovelace",
                "12 St James's Square",
                "Second floor",
                "LONDON",
                "SW1Y 4JH",
                "UNITED KINGDOM",
            ],
        }
        assert client.delete(path).status_code == 204
        assert client.get(path).status_code == 404

    def test_are_listed_by_page(self, client_of: ClientOf, django_assert_max_num_queries: Any) -> None:
        user = UserFactory()
        AddressFactory.create_batch(3, user=user)
        AddressFactory()
        client = client_of(user.id, "customer")

        with django_assert_max_num_queries(1):
            first = client.get(PATH, {"page_size": 2}).json()
        second = client.get(first["next"]).json()

        assert [len(page["results"]) for page in (first, second)] == [2, 1]
        assert second["next"] is None

    def test_that_are_sent_as_they_were_shown_stay_as_they_are(self, client_of: ClientOf) -> None:
        client = client_of(UserFactory().id, "customer")
        made = client.post(PATH, {**LONDON, "region": None, "phone": None, "line2": None}).json()

        assert client.patch(f"{PATH}{made['id']}/", made).json() == made


BAD = (None, 7, 7.5, True, [], {}, {"a": 1}, "\x00", "a\nb", "a\u202eb", "x" * 500_000)
EMPTY = (None, "", "   ")


class TestBadInput:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *[(field, value) for field in ("full_name", "line1", "country") for value in (*BAD, "")],
            *[(field, value) for field in ("line2", "region", "city", "postal_code", "phone") for value in BAD[1:]],
            *[(field, value) for field in ("city", "postal_code") for value in EMPTY],
            *[("country", value) for value in ("ZZ", "XK", "GBR", "..", "/e", "ал")],
            *[("phone", value) for value in ("02071838750", "+0", "tel:+442071838750", "+44 20")],
            *[("is_default", value) for value in ("maybe", 7, [], {})],
            ("postal_code", "04101"),
        ],
    )
    def test_names_the_field(self, client_of: ClientOf, field: str, value: Any) -> None:
        client = client_of(UserFactory().id, "customer")

        answer = client.post(PATH, json.dumps({**LONDON, field: value}), content_type="application/json")

        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert set(answer.json()["errors"]) == {field}
        assert not Address.objects.exists()

    @pytest.mark.parametrize("body", ["[]", "null", "7", '"x"', "{"])
    @pytest.mark.parametrize("method", ["post", "patch"])
    def test_refuses_what_is_no_address(self, client_of: ClientOf, method: str, body: str) -> None:
        address = AddressFactory()
        client = client_of(address.user_id, "customer")
        path = PATH if method == "post" else f"{PATH}{address.id}/"

        assert getattr(client, method)(path, body, content_type="application/json").status_code == 400

    @pytest.mark.parametrize("query", ["page_size=0", "page_size=x", "cursor=x", "cursor=%FF"])
    def test_refuses_what_is_no_page(self, client_of: ClientOf, query: str) -> None:
        assert client_of(UserFactory().id, "customer").get(f"{PATH}?{query}").status_code == 400

    def test_of_somebody_without_an_account_is_404(self, client_of: ClientOf) -> None:
        assert client_of(uuid4(), "customer").post(PATH, LONDON).status_code == 404
