"""Keys over HTTP: who may, what comes back, and what bad input gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from gateway_svc.api_keys import rules, services
from gateway_svc.api_keys.models import ApiKey

pytestmark = pytest.mark.django_db
PATH = "/api/v1/api-keys/"
STOCK = {"name": "stock", "scopes": ["catalogue:write", "catalogue:read"]}
ClientOf = Callable[..., Any]


class TestDoors:
    @pytest.mark.parametrize("path", [PATH, f"{PATH}{uuid4()}/"])
    def test_are_closed_to_visitors_and_lead_through_the_gateway(
        self, client: Client, client_of: ClientOf, path: str
    ) -> None:
        for someone in (client, client_of()):
            assert {someone.get(path).status_code, someone.post(path).status_code} == {401}
            assert someone.delete(path).status_code == 401

    @pytest.mark.parametrize("method", ["get", "delete"])
    @pytest.mark.parametrize("roles", [("customer",), ("seller",), ("admin",)])
    def test_lead_to_ones_own_alone(self, client_of: ClientOf, method: str, roles: tuple[str, ...]) -> None:
        made = client_of(uuid4(), "customer").post(PATH, STOCK).json()
        stranger = client_of(uuid4(), *roles)

        assert getattr(stranger, method)(f"{PATH}{made['id']}/").status_code == 404
        assert stranger.get(PATH).json()["results"] == []
        assert ApiKey.objects.get().revoked_at is None

    def test_are_closed_to_forms_that_other_sites_send(self, browser_of: Callable[..., Any]) -> None:
        answer = browser_of(uuid4(), "customer").post(PATH, STOCK, format="json")

        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
        assert not ApiKey.objects.exists()


class TestKeys:
    def test_are_made_listed_and_revoked(self, client_of: ClientOf) -> None:
        client = client_of(uuid4(), "customer", name="Ada")

        made = client.post(PATH, STOCK)

        assert made.status_code == 201
        assert "no-store" in made["Cache-Control"]
        shown = made.json()
        key = shown.pop("key")
        assert rules.is_key(key)
        assert (shown["name"], shown["hint"]) == ("stock", key[: rules.HINT_LENGTH])
        assert (shown["scopes"], shown["last_used_at"]) == (["catalogue:read", "catalogue:write"], None)
        assert client.get(PATH).json()["results"] == [shown]
        assert client.get(f"{PATH}{shown['id']}/").json() == shown
        assert client.delete(f"{PATH}{shown['id']}/").status_code == 204
        assert client.get(PATH).json()["results"] == []
        assert client.delete(f"{PATH}{shown['id']}/").status_code == 404

    def test_have_a_page_under_their_own_name(self, client_of: ClientOf) -> None:
        page = client_of(uuid4(), "customer").get(PATH, HTTP_ACCEPT="text/html")

        assert b"<h1>API keys</h1>" in page.content

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"scopes": []}, "scopes"),
            ({"scopes": ["everything"]}, "scopes.0"),
            ({"scopes": "orders:read"}, "scopes"),
            ({"days": 0}, "days"),
            ({"days": 367}, "days"),
            ({"days": "many"}, "days"),
        ],
    )
    def test_that_make_no_sense_are_refused(self, client_of: ClientOf, changed: dict[str, Any], field: str) -> None:
        answer = client_of(uuid4(), "customer").post(PATH, {**STOCK, **changed})

        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == [field]
        assert not ApiKey.objects.exists()

    def test_are_not_without_end(self, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rules, "MAX_KEYS", 1)
        client = client_of(uuid4(), "customer")
        client.post(PATH, STOCK)

        answer = client.post(PATH, STOCK)

        assert (answer.status_code, answer.json()["code"]) == (409, "too_many_api_keys")

    def test_give_no_role_that_their_owner_has_not(self, client_of: ClientOf) -> None:
        key = client_of(uuid4(), "customer").post(PATH, {**STOCK, "roles": ["admin"]}).json()["key"]

        used = services.use_key(digest=rules.digest_of(key), now=ApiKey.objects.get().created_at)

        assert used is not None
        assert used.owner.roles == ["customer"]
