"""Links to private content."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from rest_framework.test import APIClient

from common import clock
from file_svc.files import services
from file_svc.files.api import links
from file_svc.files.models import StoredFile
from tests.file_svc import factories

pytestmark = pytest.mark.django_db


def parts(url: str) -> tuple[str, dict[str, str]]:
    """The path of a link, and what follows."""
    split = urlsplit(url)
    return split.path, {name: values[0] for name, values in parse_qs(split.query).items()}


def url_of(client: APIClient, file: StoredFile) -> str:
    return str(client.get(f"/api/v1/files/{file.id}/").json()["url"])


def is_refused(response: Any) -> bool:
    return (response.status_code, response.json()["code"]) == (403, "invalid_link")


@pytest.fixture
def secret() -> StoredFile:
    """A private document."""
    return factories.stored_secret()


class TestLink:
    def test_opens_private_content_to_whoever_holds_it(
        self, owner: APIClient, visitor: APIClient, stranger: APIClient, secret: StoredFile
    ) -> None:
        url = url_of(owner, secret)

        for client in (visitor, stranger):
            response = client.get(url)
            assert b"".join(response.streaming_content) == b"%PDF-1.7 an invoice"
            assert response["Cache-Control"] == "private, no-store"
        assert visitor.head(url).status_code == 200
        part = visitor.get(url, HTTP_RANGE="bytes=0-3")
        assert (part.status_code, b"".join(part.streaming_content)) == (206, b"%PDF")

    def test_is_given_for_every_size(self, owner: APIClient, visitor: APIClient) -> None:
        file = factories.stored(visibility="private")
        services.make_variants(file_id=file.id)

        answer = owner.get(f"/api/v1/files/{file.id}/").json()

        for url in answer["variants"].values():
            response = visitor.get(url)
            assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
            b"".join(response.streaming_content)

    def test_is_none_where_anyone_may_read(self, owner: APIClient) -> None:
        assert "?" not in url_of(owner, factories.stored())

    def test_is_kept_by_no_cache(self, owner: APIClient, secret: StoredFile) -> None:
        assert owner.get(f"/api/v1/files/{secret.id}/")["Cache-Control"] == "private, no-store"

    def test_expires(self, visitor: APIClient, secret: StoredFile) -> None:
        path = f"/api/v1/files/{secret.id}/content/"
        now = clock.now()

        late = visitor.get(path, links.signed(secret.id, None, now=now - links.VALID_FOR))
        timely = visitor.get(path, links.signed(secret.id, None, now=now - links.VALID_FOR + timedelta(minutes=1)))

        assert is_refused(late)
        assert "expired" in late.json()["detail"]
        assert timely.status_code == 200
        b"".join(timely.streaming_content)

    @pytest.mark.parametrize(
        "change",
        [
            {"expires": "99999999999"},
            {"expires": ""},
            {"expires": "soon"},
            {"signature": ""},
            {"signature": "x" * 43},
            {"signature": "ü:\x01"},
            {"variant": "thumb"},
            {"variant": ""},
        ],
    )
    def test_bears_no_change(
        self, owner: APIClient, visitor: APIClient, secret: StoredFile, change: dict[str, str]
    ) -> None:
        path, query = parts(url_of(owner, secret))

        response = visitor.get(f"{path}?{urlencode(query | change)}")

        if change == {"variant": ""}:  # the same content by another spelling: there is no size of that name
            assert response.status_code == 400
        else:
            assert is_refused(response)

    def test_opens_nothing_else(self, owner: APIClient, visitor: APIClient, secret: StoredFile) -> None:
        other = factories.stored_secret()
        _, query = parts(url_of(owner, secret))

        assert is_refused(visitor.get(f"/api/v1/files/{other.id}/content/", query))
        assert visitor.get(f"/api/v1/files/{secret.id}/", query).status_code == 404
        assert visitor.delete(f"/api/v1/files/{secret.id}/?{urlencode(query)}").status_code == 401

    def test_does_not_tell_whether_there_is_a_file(self, visitor: APIClient, secret: StoredFile) -> None:
        query = {"expires": "99999999999", "signature": "x" * 43}
        nobodys = "00000000-0000-4000-8000-000000000009"

        refusals = [visitor.get(f"/api/v1/files/{each}/content/", query) for each in (secret.id, nobodys)]

        assert [is_refused(refusal) for refusal in refusals] == [True, True]

    def test_ends_with_the_file(self, owner: APIClient, visitor: APIClient, secret: StoredFile) -> None:
        url = url_of(owner, secret)
        owner.delete(f"/api/v1/files/{secret.id}/")

        assert visitor.get(url).status_code == 404

    def test_does_not_stand_in_the_way_of_who_may_read_anyhow(self, owner: APIClient, secret: StoredFile) -> None:
        response = owner.get(f"/api/v1/files/{secret.id}/content/", {"expires": "1", "signature": "old"})

        assert response.status_code == 200
        b"".join(response.streaming_content)

    def test_is_another_under_another_key(
        self, owner: APIClient, visitor: APIClient, secret: StoredFile, settings: Any
    ) -> None:
        url = url_of(owner, secret)
        settings.SECRET_KEY = "another"

        assert is_refused(visitor.get(url))
