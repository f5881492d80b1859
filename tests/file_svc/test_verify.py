"""What ``verify`` says of files."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.files.storage import storages
from django.db import connection
from psycopg.rows import dict_row

from common import clock
from file_svc.files import services
from file_svc.files.adapters import object_store
from file_svc.files.models import Status, StoredFile
from ops.verify import files as verifying
from ops.verify.books import Books
from tests.file_svc import factories

pytestmark = pytest.mark.django_db(transaction=True)

Breaches = Callable[[], dict[str, str]]


@pytest.fixture
def breaches(objects: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Breaches]:
    """What there is to complain of, by subject; objects are old at once."""
    monkeypatch.setattr(verifying, "_GRACE", timedelta(hours=-1))
    object_store.delete(objects.all_keys())
    storage = storages["default"]
    server = urlsplit(storage.endpoint_url)
    url = f"http://{storage.access_key}:{storage.secret_key}@{server.netloc}/{storage.bucket_name}"
    known = {name: value for name, value in connection.get_connection_params().items() if name in {"host", "port"}}
    named = {"dbname": connection.settings_dict["NAME"], "user": connection.settings_dict["USER"]}
    password = connection.settings_dict["PASSWORD"] or None
    with psycopg.connect(**known, **named, password=password, autocommit=True, row_factory=dict_row) as database:
        books = Books(databases={"file_svc": database}, broker_url="", storage_url=url)
        yield lambda: {breach.subject: breach.finding for breach in verifying.files_are_whole(books)}


class TestFilesAreWhole:
    def test_holds_through_a_files_life(self, breaches: Breaches) -> None:
        file = factories.stored()
        assert breaches() == {}

        services.make_variants(file_id=file.id)
        services.copy_file(file_id=file.id, person_id=factories.STRANGER, is_staff=False)
        assert breaches() == {}

        services.delete_file(file_id=file.id, person_id=factories.OWNER, is_staff=False)
        assert breaches() == {}
        services.remove_deleted()
        assert breaches() == {}

    def test_finds_a_row_without_its_object(self, breaches: Breaches) -> None:
        file = factories.stored()
        object_store.delete([file.key])

        assert breaches() == {f"file {file.key}": "has no object in the storage"}

    def test_finds_an_object_that_is_not_what_was_stored(self, breaches: Breaches) -> None:
        file = factories.stored(b"original", name="a.txt")
        with factories.on_disk(b"replaced") as other:
            object_store.save(file.key, other, content_type="text/plain")

        assert breaches() == {f"file {file.key}": "is not what was stored"}

    def test_finds_an_object_without_a_row_until_it_is_swept(self, breaches: Breaches) -> None:
        with factories.on_disk(b"lost") as file:
            object_store.save("stray.txt", file, content_type="text/plain")
        assert breaches() == {"object stray.txt": "has no row"}

        services.remove_strays(now=clock.now() + timedelta(hours=1))

        assert breaches() == {}

    def test_minds_no_upload_under_way(self, breaches: Breaches) -> None:
        file = factories.stored()
        StoredFile.objects.filter(id=file.id).update(status=Status.STORING)

        assert breaches() == {}
