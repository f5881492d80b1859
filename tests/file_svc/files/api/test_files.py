"""GET and DELETE /api/v1/files/{id}/, lists, copies, and deleting several."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from common.contracts import FileDeleted, FileStored
from common.testing.plugin import Told
from file_svc.files import services
from file_svc.files.adapters import object_store
from file_svc.files.models import StoredFile
from tests.file_svc import factories, pictures
from tests.file_svc.conftest import Objects

pytestmark = pytest.mark.django_db

FILES = "/api/v1/files/"
BULK_DELETE = f"{FILES}bulk-delete/"


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


class TestList:
    def test_is_newest_first_from_page_to_page(self, owner: APIClient) -> None:
        files = [factories.stored_secret() for _ in range(5)]

        first = owner.get(FILES, {"page_size": 3}).json()
        second = owner.get(first["next"]).json()

        shown = [file["id"] for page in (first, second) for file in page["results"]]
        assert shown == [str(file.id) for file in reversed(files)]
        assert second["next"] is None

    def test_shows_a_file_as_it_is_shown_by_itself(self, owner: APIClient) -> None:
        file = factories.stored()
        services.make_variants(file_id=file.id)

        answer = owner.get(FILES)

        assert answer.json()["results"] == [owner.get(path_of(file)).json()]
        assert answer["Cache-Control"] == "private, no-store"

    def test_shows_only_what_is_stored(self, owner: APIClient) -> None:
        kept, unfinished, deleted = (factories.stored_secret() for _ in range(3))
        StoredFile.objects.filter(id=unfinished.id).update(status="storing")
        StoredFile.objects.filter(id=deleted.id).update(status="deleted")

        assert [file["id"] for file in owner.get(FILES).json()["results"]] == [str(kept.id)]

    @pytest.mark.parametrize(
        ("wanted", "names"),
        [
            ({"name": "a mug.png"}, ["a mug.png"]),
            ({"name": "A mug.png"}, []),
            ({"name": "mug"}, []),
            ({"purpose": "invoice"}, ["invoice.pdf"]),
            ({"purpose": "avatar"}, []),
            ({"name": "invoice.pdf", "purpose": "product_image"}, []),
        ],
    )
    def test_can_be_narrowed(self, owner: APIClient, wanted: dict[str, str], names: list[str]) -> None:
        factories.stored(name="a mug.png")
        factories.stored_secret()

        assert [file["name"] for file in owner.get(FILES, wanted).json()["results"]] == names

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("owner", "7"),
            ("name", ""),
            ("name", "x" * 256),
            ("purpose", "fun"),
            ("purpose", ""),
            ("page_size", "0"),
            ("cursor", "nonsense"),
        ],
    )
    def test_names_what_is_bad(self, owner: APIClient, field: str, value: str) -> None:
        answer = owner.get(FILES, {field: value})

        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])

    @pytest.mark.parametrize("count", [1, 10])
    def test_costs_the_same_however_much_it_shows(
        self, owner: APIClient, django_assert_num_queries: Callable[[int], Any], count: int
    ) -> None:
        for _ in range(count):
            factories.stored_secret()

        with django_assert_num_queries(2):
            assert len(owner.get(FILES).json()["results"]) == count


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


class TestCopy:
    def test_is_a_file_of_ones_own(self, stranger: APIClient, told: Told, objects: Objects) -> None:
        file = factories.stored(name="a mug.png")

        response = stranger.post(f"{path_of(file)}copy/")

        answer = response.json()
        copied = StoredFile.objects.get(id=answer["id"])
        assert response.status_code == 201
        assert response["Location"].endswith(path_of(copied))
        assert copied.id != file.id
        assert copied.owner_id == factories.STRANGER
        same = ["name", "content_type", "size", "sha256", "purpose", "visibility", "width", "height"]
        assert [answer[name] for name in same] == [getattr(file, name) for name in same]
        assert objects.bytes_of(copied.key) == objects.bytes_of(file.key)
        assert [fact.file_id for fact in told.named(FileStored)] == [str(file.id), str(copied.id)]

    def test_outlives_what_it_was_copied_from(self, owner: APIClient) -> None:
        file = factories.stored()
        copied = owner.post(f"{path_of(file)}copy/").json()
        owner.delete(path_of(file))
        services.remove_deleted()

        assert b"".join(owner.get(copied["url"]).streaming_content) == pictures.png()

    def test_gets_sizes_of_its_own(self, owner: APIClient) -> None:
        copied = owner.post(f"{path_of(factories.stored())}copy/").json()

        services.make_variants(file_id=uuid.UUID(copied["id"]))

        assert all(owner.get(f"/api/v1/files/{copied['id']}/").json()["variants"].values())

    def test_of_one_whose_object_is_lost_is_not_found(self, owner: APIClient, objects: Objects, told: Told) -> None:
        file = factories.stored()
        object_store.delete([file.key])

        assert owner.post(f"{path_of(file)}copy/").status_code == 404
        assert len(told) == 1


class TestBulkDelete:
    def test_says_of_each_what_became_of_it(self, owner: APIClient, told: Told) -> None:
        mine = [factories.stored(), factories.stored_secret()]
        theirs = factories.stored(owner_id=factories.STRANGER)
        hidden = factories.stored(owner_id=factories.STRANGER, visibility="private")
        ids = [str(each) for each in (mine[0].id, mine[1].id, mine[0].id, theirs.id, hidden.id, uuid.uuid4())]

        answer = owner.post(BULK_DELETE, {"ids": ids}).json()

        assert set(answer["deleted"]) == set(ids[:2])
        assert answer["forbidden"] == [str(theirs.id)]
        assert set(answer["not_found"]) == set(ids[4:])
        assert {fact.file_id for fact in told.named(FileDeleted)} == set(ids[:2])
        assert {fact.version for fact in told.named(FileDeleted)} == {2}

    def test_may_be_sent_again(self, owner: APIClient, told: Told) -> None:
        ids = [str(factories.stored().id)]
        owner.post(BULK_DELETE, {"ids": ids})

        again = owner.post(BULK_DELETE, {"ids": ids})

        assert (again.status_code, again.json()) == (200, {"deleted": [], "forbidden": [], "not_found": ids})
        assert len(told.named(FileDeleted)) == 1

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "ids"),
            ({"ids": []}, "ids"),
            ({"ids": "all"}, "ids"),
            ({"ids": None}, "ids"),
            ({"ids": [str(uuid.uuid4()) for _ in range(101)]}, "ids"),
            ({"ids": ["7"]}, "ids.0"),
            ({"ids": [str(uuid.uuid4()), 7]}, "ids.1"),
            ({"ids": [None]}, "ids.0"),
            ([], "non_field_errors"),
        ],
    )
    def test_refuses_what_is_no_list_of_ids(self, owner: APIClient, body: object, field: str) -> None:
        response = owner.post(BULK_DELETE, body)

        assert response.status_code == 400
        assert list(response.json()["errors"]) == [field]

    @pytest.mark.django_db(transaction=True)
    def test_deletes_each_once_however_many_ask_at_once(self, client_of: Callable[..., APIClient], told: Told) -> None:
        ids = [str(factories.stored().id) for _ in range(5)]

        def delete(order: int) -> list[str]:
            response = client_of(factories.OWNER).post(BULK_DELETE, {"ids": ids[::order]})
            connection.close()
            return response.json()["deleted"]

        with ThreadPoolExecutor(4) as people:
            deleted = list(people.map(delete, (1, -1, 1, -1)))

        assert sorted(each for answer in deleted for each in answer) == sorted(ids)
        assert len(told.named(FileDeleted)) == 5
