"""What staff do with files on a page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from common.contracts import FileDeleted
from common.testing.admin_pages import list_address, row_address
from common.testing.plugin import Told
from file_svc.files.models import Status, StoredFile
from tests.file_svc import factories

pytestmark = pytest.mark.django_db
HTML = {"HTTP_ACCEPT": "text/html"}
WHY = {"reason": "It shows somebody's passport."}


@pytest.fixture
def admin(client_of: Callable[..., Any]) -> Any:
    return client_of(uuid.uuid4(), "admin")


def delete(client: Any, file: StoredFile) -> Any:
    return client.post(row_address(file, "action", "delete"), WHY, format="multipart", **HTML)


class TestFiles:
    def test_are_shown_as_pictures_from_our_own_origin(self, admin: Any) -> None:
        file = factories.stored()

        page = admin.get(row_address(file), **HTML).content.decode()

        assert f'src="/api/v1/files/{file.pk}/content/?variant=medium"' in page

    def test_that_are_no_pictures_are_not(self, admin: Any) -> None:
        page = admin.get(row_address(factories.stored_secret()), **HTML).content.decode()

        assert "<img class" not in page
        assert "application/pdf" in page

    def test_are_found_by_their_owner(self, admin: Any) -> None:
        mine, other = factories.stored(), factories.stored(owner_id=factories.STRANGER)

        page = admin.get(list_address(StoredFile), {"q": str(factories.OWNER)}, **HTML).content.decode()

        assert str(mine.pk) in page
        assert str(other.pk) not in page


class TestDeletion:
    def test_is_told_and_written_down(self, admin: Any, told: Told) -> None:
        file = factories.stored()

        delete(admin, file)

        file.refresh_from_db()
        assert file.status == Status.DELETED
        assert [fact.file_id for fact in told.named(FileDeleted)] == [str(file.pk)]
        assert LogEntry.objects.get().change_message == f"Delete: {WHY['reason']}"

    def test_happens_once(self, admin: Any, told: Told) -> None:
        file = factories.stored()

        delete(admin, file)
        delete(admin, file)

        assert len(told.named(FileDeleted)) == 1
        assert LogEntry.objects.count() == 1

    def test_is_for_admins(self, client_of: Callable[..., Any]) -> None:
        file = factories.stored()

        assert delete(client_of(uuid.uuid4(), "support"), file).status_code == 403
        file.refresh_from_db()
        assert file.status == Status.STORED
