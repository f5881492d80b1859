"""GET /api/v1/files/{id}/content/."""

import itertools
import socket
from typing import Any

import pytest
from django.core.files.storage import storages
from rest_framework.test import APIClient

from file_svc.config import storage
from file_svc.files import services
from file_svc.files.adapters import object_store
from file_svc.files.models import StoredFile
from tests.file_svc import factories, pictures
from tests.file_svc.conftest import storage_at

pytestmark = pytest.mark.django_db

TEXT = b"0123456789" * 10_000


def path_of(file: StoredFile) -> str:
    return f"/api/v1/files/{file.id}/content/"


def get(client: APIClient, file: StoredFile, query: dict[str, str] | None = None, **headers: str) -> Any:
    """An answer whose content was read; it is kept as ``body``."""
    response = client.get(path_of(file), query, **headers)
    response.body = b"".join(response.streaming_content) if response.streaming else response.content
    return response


def number_of_callers(server: socket.socket) -> int:
    """How many connected to it so far."""
    server.setblocking(False)
    for number in itertools.count():
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return number
    raise AssertionError


@pytest.fixture
def text() -> StoredFile:
    """A text of 100,000 bytes that everybody may read."""
    return factories.stored(TEXT, name="naïve.txt", visibility="public")


class TestGet:
    def test_sends_it_as_it_was_uploaded(self, visitor: APIClient) -> None:
        file = factories.stored(pictures.png())

        response = get(visitor, file)

        assert response.body == pictures.png()
        assert response["Content-Type"] == "image/png"
        assert response["Content-Length"] == str(len(pictures.png()))
        assert response["ETag"] == f'"{file.sha256}"'
        assert response["Accept-Ranges"] == "bytes"
        assert response["Content-Disposition"] == 'inline; filename="mug.png"'
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]

    def test_offers_documents_to_be_saved(self, visitor: APIClient, text: StoredFile) -> None:
        assert get(visitor, text)["Content-Disposition"] == "attachment; filename*=utf-8''na%C3%AFve.txt"

    def test_keeps_private_ones_out_of_caches(self, owner: APIClient) -> None:
        response = get(owner, factories.stored_secret())

        assert response["Cache-Control"] == "private, no-store"

    def test_shows_private_ones_to_owner_and_staff_only(
        self, owner: APIClient, staff: APIClient, stranger: APIClient, visitor: APIClient
    ) -> None:
        secret = factories.stored_secret()

        assert [get(client, secret).status_code for client in (owner, staff)] == [200, 200]
        assert [get(client, secret).status_code for client in (stranger, visitor)] == [404, 404]
        assert get(visitor, secret)["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("accept", ["text/html", "image/avif", "nonsense", "application/json;q=0"])
    def test_ignores_what_the_client_accepts(self, visitor: APIClient, accept: str) -> None:
        response = get(visitor, factories.stored(), HTTP_ACCEPT=accept)

        assert (response.status_code, response["Content-Type"]) == (200, "image/png")

    def test_answers_head_with_the_same_headers(self, visitor: APIClient, text: StoredFile) -> None:
        response = visitor.head(path_of(text), HTTP_RANGE="bytes=0-1")

        assert response.status_code == 200
        assert response.content == b""
        assert {**response.headers, "X-Request-ID": ""} == {**get(visitor, text).headers, "X-Request-ID": ""}


class TestVariants:
    def test_are_pictures_of_their_own(self, visitor: APIClient) -> None:
        file = factories.stored(pictures.png(500, 500))
        services.make_variants(file_id=file.id)

        answers = [get(visitor, file, {"variant": name}) for name in ("thumb", "medium", "large")]

        assert {answer["Content-Type"] for answer in answers} == {"image/webp"}
        assert {answer["Cache-Control"] for answer in answers} == {"public, max-age=31536000, immutable"}
        assert file.sha256 not in {answer["ETag"].strip('"') for answer in answers}
        assert [len(answer.body) for answer in answers] == [int(answer["Content-Length"]) for answer in answers]

    def test_are_stood_in_for_until_they_are_made(self, visitor: APIClient, owner: APIClient) -> None:
        public, private = factories.stored(), factories.stored(visibility="private")

        response = get(visitor, public, {"variant": "thumb"})

        assert response.body == pictures.png()
        assert response["Cache-Control"] == "no-cache"
        assert get(owner, private, {"variant": "thumb"})["Cache-Control"] == "private, no-store"

    @pytest.mark.parametrize("variant", ["", "huge", "original", "../thumb"])
    def test_must_be_known(self, visitor: APIClient, variant: str) -> None:
        response = get(visitor, factories.stored(), {"variant": variant})

        assert response.status_code == 400
        assert "variant" in response.json()["errors"]


class TestConditions:
    @pytest.mark.parametrize("form", ['"{}"', 'W/"{}"', '"other", "{}"', "*"])
    def test_not_modified(self, visitor: APIClient, form: str) -> None:
        file = factories.stored()

        response = get(visitor, file, HTTP_IF_NONE_MATCH=form.format(file.sha256), HTTP_RANGE="bytes=0-1")

        assert response.status_code == 304
        assert response["ETag"] == f'"{file.sha256}"'
        assert "immutable" in response["Cache-Control"]

    def test_modified(self, visitor: APIClient) -> None:
        response = get(visitor, factories.stored(), HTTP_IF_NONE_MATCH='"other"')

        assert response.status_code == 200

    def test_a_condition_that_does_not_hold(self, visitor: APIClient) -> None:
        response = get(visitor, factories.stored(), HTTP_IF_MATCH='"other"')

        assert response.status_code == 412
        assert response["Content-Type"] == "application/problem+json"


class TestRanges:
    @pytest.mark.parametrize(
        ("header", "start", "end"),
        [("bytes=0-0", 0, 1), ("bytes=99990-", 99_990, 100_000), ("bytes=-7", 99_993, 100_000), ("bytes=3-9", 3, 10)],
    )
    def test_sends_a_part(self, visitor: APIClient, text: StoredFile, header: str, start: int, end: int) -> None:
        response = get(visitor, text, HTTP_RANGE=header)

        assert response.status_code == 206
        assert response.body == TEXT[start:end]
        assert response["Content-Range"] == f"bytes {start}-{end - 1}/100000"
        assert response["Content-Length"] == str(end - start)

    @pytest.mark.parametrize("header", ["bytes=0-1,4-5", "bytes=9-1", "lines=1-2", "bytes", "\xff"])
    def test_sends_all_where_there_is_no_single_range(self, visitor: APIClient, text: StoredFile, header: str) -> None:
        response = get(visitor, text, HTTP_RANGE=header)

        assert (response.status_code, len(response.body)) == (200, 100_000)

    @pytest.mark.parametrize("header", ["bytes=100000-", "bytes=-0"])
    def test_says_how_long_it_is_to_who_asks_beyond_the_end(
        self, visitor: APIClient, text: StoredFile, header: str
    ) -> None:
        response = get(visitor, text, HTTP_RANGE=header)

        assert response.status_code == 416
        assert response["Content-Range"] == "bytes */100000"
        assert response.json()["code"] == "range_not_satisfiable"

    def test_sends_a_part_only_of_what_the_client_has(self, visitor: APIClient, text: StoredFile) -> None:
        def status(if_range: str) -> int:
            return get(visitor, text, HTTP_RANGE="bytes=0-1", HTTP_IF_RANGE=if_range).status_code

        assert status(f'"{text.sha256}"') == 206
        assert status(f'W/"{text.sha256}"') == 200
        assert status('"other"') == 200
        assert status("Thu, 01 Jan 2026 12:00:00 GMT") == 200


class TestStorageAway:
    def test_is_said(self, visitor: APIClient, text: StoredFile, request: pytest.FixtureRequest) -> None:
        request.getfixturevalue("storage_away")

        response = get(visitor, text)

        assert (response.status_code, response.json()["code"]) == (503, "unavailable")
        assert response["Retry-After"]

    def test_does_not_matter_for_headers(
        self, visitor: APIClient, text: StoredFile, request: pytest.FixtureRequest
    ) -> None:
        request.getfixturevalue("storage_away")

        assert visitor.head(path_of(text)).status_code == 200

    def test_a_lost_object_is_not_found(self, visitor: APIClient, text: StoredFile) -> None:
        object_store.delete([text.key])

        assert get(visitor, text).status_code == 404


class TestReady:
    def test_tells_that_the_storage_is_there(self, visitor: APIClient) -> None:
        assert visitor.get("/health/ready").json()["checks"]["storage"] == "ok"

    def test_does_not_wait_for_a_storage_that_is_silent(self, visitor: APIClient) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            with storage_at(storage.storages(f"http://key:secret@127.0.0.1:{port}/bucket")):
                status = visitor.get("/health/ready").status_code
                patience = object_store.probe(storages["default"]).meta.config
            asked = number_of_callers(silent)

        assert (status, asked) == (503, 1)
        assert patience.connect_timeout + patience.read_timeout <= 2

    @pytest.mark.usefixtures("storage_away")
    def test_tells_that_it_is_missing(self, visitor: APIClient) -> None:
        response = visitor.get("/health/ready")

        assert response.status_code == 503
        assert response.json()["checks"]["storage"].startswith("missing")
