"""Uploads and copies that are sent again under one Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from rest_framework.test import APIClient

from common import clock
from common.contracts import FileStored
from common.testing.plugin import Told
from file_svc.files import services
from file_svc.files.models import Status, StoredFile
from file_svc.files.services.sweeping import UPLOAD_GRACE
from tests.file_svc import factories, pictures
from tests.file_svc.conftest import Objects

pytestmark = pytest.mark.django_db

FILES = "/api/v1/files/"
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def send(client: APIClient, content: bytes | None = None, *, key: str = KEY, name: str = "mug.jpg", **form: str) -> Any:
    """Upload a picture that has metadata."""
    file = SimpleUploadedFile(name, pictures.photo_with_secrets() if content is None else content)
    return client.post(FILES, {"file": file, **form}, format="multipart", headers={"Idempotency-Key": key})


def copy(client: APIClient, file: StoredFile, *, key: str = KEY) -> Any:
    return client.post(f"{FILES}{file.id}/copy/", headers={"Idempotency-Key": key})


class TestUpload:
    def test_sent_again_is_the_same_file(self, owner: APIClient, told: Told, objects: Objects) -> None:
        first, again, quoted = send(owner), send(owner), send(owner, key=f'"{KEY}"')

        assert [answer.status_code for answer in (first, again, quoted)] == [201, 201, 201]
        assert first.json() == again.json() == quoted.json()
        assert StoredFile.objects.get().key in objects.all_keys()
        assert len(told.named(FileStored)) == 1

    @pytest.mark.parametrize(
        "other",
        [{"content": pictures.png()}, {"name": "other.jpg"}, {"purpose": "avatar"}, {"visibility": "private"}],
    )
    def test_is_not_another_under_the_same_key(self, owner: APIClient, other: dict[str, Any]) -> None:
        send(owner)

        answer = send(owner, **other)

        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
        assert StoredFile.objects.count() == 1

    def test_is_another_under_another_key_and_for_somebody_else(self, owner: APIClient, stranger: APIClient) -> None:
        answers = [send(owner), send(owner, key="other"), send(stranger)]

        assert len({answer.json()["id"] for answer in answers}) == 3

    def test_goes_on_where_it_was_cut_off(self, owner: APIClient) -> None:
        file = send(owner).json()
        StoredFile.objects.update(status=Status.STORING)

        again = send(owner)

        assert (again.status_code, again.json()) == (201, file)
        assert StoredFile.objects.get().status == Status.STORED

    def test_makes_a_new_file_once_the_first_is_deleted(self, owner: APIClient) -> None:
        first = send(owner).json()["id"]
        owner.delete(f"{FILES}{first}/")

        again = send(owner)

        assert again.status_code == 201
        assert again.json()["id"] != first

    def test_makes_a_new_file_once_the_first_was_given_up(self, owner: APIClient) -> None:
        first = send(owner).json()["id"]
        StoredFile.objects.update(status=Status.STORING)
        services.sweep_unfinished(now=clock.now() + UPLOAD_GRACE + timedelta(seconds=1))

        assert send(owner).json()["id"] != first

    @pytest.mark.parametrize("key", ["", " ", "x" * 256, "two words", "é"])
    def test_names_a_key_that_is_none(self, owner: APIClient, key: str) -> None:
        answer = send(owner, key=key)

        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")
        assert not StoredFile.objects.exists()


class TestCopy:
    def test_sent_again_is_the_same_file(self, stranger: APIClient, told: Told) -> None:
        file = factories.stored()

        first, again = copy(stranger, file), copy(stranger, file)

        assert (first.status_code, first.json()) == (201, again.json())
        assert StoredFile.objects.count() == len(told.named(FileStored)) == 2

    def test_is_not_of_another_file_under_the_same_key(self, stranger: APIClient) -> None:
        copy(stranger, factories.stored())

        answer = copy(stranger, factories.stored(name="other.png"))

        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_are_one(client_of: Callable[..., APIClient], told: Told, objects: Objects) -> None:
    def upload(_: int) -> str:
        try:
            return send(client_of(factories.OWNER, "seller")).json()["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(upload, range(8)))

    file = StoredFile.objects.get()
    assert ids == {str(file.id)}
    assert file.key in objects.all_keys()
    assert len(told.named(FileStored)) == 1
