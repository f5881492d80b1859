"""A bucket for the tests, and a storage that is down."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.test import override_settings

from file_svc.config import storage
from file_svc.files.adapters import object_store
from tests.file_svc.weir import Weir


@pytest.fixture(scope="session", autouse=True)
def bucket() -> Iterator[None]:
    """A bucket of the tests' own on the real server, deleted at the end."""
    configured = settings.STORAGES["default"]
    options = {**configured["OPTIONS"], "bucket_name": f"test-{configured['OPTIONS']['bucket_name']}"}
    with storage_at({"default": {**configured, "OPTIONS": options}}):
        object_store.ensure_bucket()
        yield
        bucket = storages["default"].bucket
        bucket.objects.delete()
        bucket.delete()


@pytest.fixture
def storage_away() -> Iterator[None]:
    """The storage is down: nothing listens on its port."""
    with storage_at(storage.storages("http://key:secret@127.0.0.1:1/bucket")):
        yield


@pytest.fixture
def weir() -> Iterator[Weir]:
    """A proxy in front of the storage, which can be shut."""
    configured = settings.STORAGES["default"]
    server = urlsplit(configured["OPTIONS"]["endpoint_url"])
    weir = Weir(str(server.hostname), int(server.port or 80))
    options = {**configured["OPTIONS"], "endpoint_url": f"http://127.0.0.1:{weir.port}"}
    with storage_at({"default": {**configured, "OPTIONS": options}}):
        yield weir
    weir.close()


@contextmanager
def storage_at(setting: dict[str, Any]) -> Iterator[None]:
    """Use another storage within the context; connections to the former one are closed."""
    hang_up()
    with override_settings(STORAGES={**settings.STORAGES, **setting}):
        yield
        hang_up()


def hang_up() -> None:
    """Close the connections to the storage."""
    storage = storages["default"]
    storage.bucket.meta.client.close()
    object_store.probe(storage).close()


@pytest.fixture
def objects() -> "Objects":
    """The objects in the bucket."""
    return Objects()


class Objects:
    """The bucket, read directly."""

    def all_keys(self) -> set[str]:
        """The keys of all objects."""
        return {each.key for each in storages["default"].bucket.objects.all()}

    def bytes_of(self, key: str) -> bytes:
        """An object's content."""
        return storages["default"].bucket.Object(key).get()["Body"].read()
