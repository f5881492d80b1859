"""Who may do what: every route, everybody, every kind of file."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from file_svc.files import services
from file_svc.files.models import StoredFile
from tests.file_svc import factories

pytestmark = pytest.mark.django_db

PEOPLE = ("owner", "stranger", "staff", "visitor")

# What owner, stranger, staff and visitor hear, for a file that is public, private, and deleted.
EXPECTED = {
    "read": {"public": (200, 200, 200, 200), "private": (200, 404, 200, 404), "deleted": (404, 404, 404, 404)},
    "content": {"public": (200, 200, 200, 200), "private": (200, 404, 200, 404), "deleted": (404, 404, 404, 404)},
    "delete": {"public": (204, 403, 204, 401), "private": (204, 404, 204, 401), "deleted": (404, 404, 404, 401)},
    "copy": {"public": (201, 201, 201, 401), "private": (201, 404, 201, 401), "deleted": (404, 404, 404, 401)},
}
ROUTES: dict[str, Callable[[APIClient, str], Any]] = {
    "read": lambda client, path: client.get(path),
    "content": lambda client, path: client.get(f"{path}content/"),
    "delete": lambda client, path: client.delete(path),
    "copy": lambda client, path: client.post(f"{path}copy/"),
}
OUTCOMES = {
    "public": ("deleted", "forbidden", "deleted"),
    "private": ("deleted", "not_found", "deleted"),
    "deleted": ("not_found", "not_found", "not_found"),
}


def file_that_is(kind: str) -> StoredFile:
    file = factories.stored_secret() if kind == "private" else factories.stored()
    if kind == "deleted":
        services.delete_file(file_id=file.id, person_id=factories.OWNER, is_staff=False)
    return file


@pytest.mark.parametrize("kind", ["public", "private", "deleted"])
class TestRoutes:
    @pytest.mark.parametrize("route", ROUTES)
    def test_of_one_file(self, request: pytest.FixtureRequest, route: str, kind: str) -> None:
        heard = []
        for person in PEOPLE:
            response = ROUTES[route](request.getfixturevalue(person), f"/api/v1/files/{file_that_is(kind).id}/")
            heard.append(response.status_code)
            b"".join(response)

        assert tuple(heard) == EXPECTED[route][kind]

    def test_of_several(self, request: pytest.FixtureRequest, kind: str) -> None:
        for person, outcome in zip(PEOPLE, OUTCOMES[kind], strict=False):
            file_id = str(file_that_is(kind).id)

            response = request.getfixturevalue(person).post("/api/v1/files/bulk-delete/", {"ids": [file_id]})

            nothing: dict[str, list[str]] = {"deleted": [], "forbidden": [], "not_found": []}
            assert response.json() == nothing | {outcome: [file_id]}


def test_bulk_delete_needs_somebody_signed_in(visitor: APIClient) -> None:
    file = factories.stored()

    assert visitor.post("/api/v1/files/bulk-delete/", {"ids": [str(file.id)]}).status_code == 401


class TestTheList:
    def test_is_of_ones_own(self, request: pytest.FixtureRequest) -> None:
        mine, theirs = factories.stored(), factories.stored(owner_id=factories.STRANGER)

        people = {person: request.getfixturevalue(person).get("/api/v1/files/") for person in PEOPLE}

        assert [answer.status_code for answer in people.values()] == [200, 200, 200, 401]
        shown = [[file["id"] for file in people[person].json()["results"]] for person in PEOPLE[:3]]
        assert shown == [[str(mine.id)], [str(theirs.id)], [str(theirs.id)]]  # staff are the stranger

    def test_is_of_others_for_staff(self, request: pytest.FixtureRequest) -> None:
        secret = factories.stored_secret()
        path = f"/api/v1/files/?owner={factories.OWNER}"

        answers = [request.getfixturevalue(person).get(path) for person in PEOPLE]

        assert [answer.status_code for answer in answers] == [200, 403, 200, 401]
        assert [file["id"] for file in answers[2].json()["results"]] == [str(secret.id)]


def test_a_service_reached_directly_answers_nobody() -> None:
    path = f"/api/v1/files/{factories.stored().id}/"

    assert [call(APIClient(), path).status_code for call in ROUTES.values()] == [401, 401, 401, 401]
