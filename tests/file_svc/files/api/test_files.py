"""GET and DELETE /api/v1/files/{id}/."""

import uuid

import pytest
from rest_framework.test import APIClient

from file_svc.files import services
from file_svc.files.models import StoredFile
from tests.file_svc import factories

pytestmark = pytest.mark.django_db


def path_of(file: StoredFile) -> str:
    return f"/api/v1/files/{file.id}/"


class TestGet:
    def test_names_the_sizes_that_are_made(self, visitor: APIClient) -> None:
        file = factories.stored()
        services.make_variants(file_id=file.id)

        answer = visitor.get(path_of(file)).json()

        url = f"http://127.0.0.1:8000/api/v1/files/{file.id}/content/"
        assert answer["url"] == url
        assert answer["variants"] == {name: f"{url}?variant={name}" for name in ("thumb", "medium", "large")}

    def test_shows_a_private_file_to_its_owner_and_staff_only(
        self, owner: APIClient, staff: APIClient, stranger: APIClient, visitor: APIClient
    ) -> None:
        secret = path_of(factories.stored_secret())

        assert [client.get(secret).status_code for client in (owner, staff)] == [200, 200]
        assert [client.get(secret).status_code for client in (stranger, visitor)] == [404, 404]

    @pytest.mark.parametrize("file_id", [str(uuid.uuid4()), "7", "../etc", "x" * 300])
    def test_knows_no_other(self, owner: APIClient, file_id: str) -> None:
        response = owner.get(f"/api/v1/files/{file_id}/")

        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"


class TestDelete:
    def test_removes_the_owners_file(self, owner: APIClient) -> None:
        file = factories.stored()

        assert owner.delete(path_of(file)).status_code == 204

        assert owner.get(path_of(file)).status_code == 404
        assert owner.get(f"{path_of(file)}content/").status_code == 404
        assert owner.delete(path_of(file)).status_code == 404

    def test_is_for_the_owner_and_staff(self, staff: APIClient, stranger: APIClient, visitor: APIClient) -> None:
        public, secret = path_of(factories.stored()), path_of(factories.stored_secret())

        assert [visitor.delete(public).status_code, visitor.delete(secret).status_code] == [401, 401]
        assert [stranger.delete(public).status_code, stranger.delete(secret).status_code] == [403, 404]
        assert [staff.delete(public).status_code, staff.delete(secret).status_code] == [204, 204]

    @pytest.mark.parametrize("method", ["put", "patch", "post"])
    def test_is_the_only_change(self, owner: APIClient, method: str) -> None:
        assert getattr(owner, method)(path_of(factories.stored())).status_code == 405
