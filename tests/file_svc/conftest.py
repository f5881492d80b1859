"""A bucket for the tests, and a storage that is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.test import override_settings

from file_svc.config import storage
from file_svc.files.adapters import object_store


@pytest.fixture(scope="session", autouse=True)
def bucket() -> Iterator[None]:
    """A bucket of the tests' own on the real server, gone when they end."""
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
    """Nobody listens where the storage should be."""
    with storage_at(storage.storages("http://key:secret@127.0.0.1:1/bucket")):
        yield


@contextmanager
def storage_at(setting: dict[str, Any]) -> Iterator[None]:
    """Another storage for a while; connections to the one before are not left open."""
    hang_up()
    with override_settings(STORAGES=setting):
        yield
        hang_up()


def hang_up() -> None:
    """Close the connections to the storage."""
    storage = storages["default"]
    storage.bucket.meta.client.close()
    object_store.probe(storage).close()


@pytest.fixture
def objects() -> "Objects":
    """What lies in the bucket now."""
    return Objects()


class Objects:
    """The bucket, looked into from the side."""

    def all_keys(self) -> set[str]:
        """Of all objects."""
        return {each.key for each in storages["default"].bucket.objects.all()}

    def bytes_of(self, key: str) -> bytes:
        """An object's content."""
        return storages["default"].bucket.Object(key).get()["Body"].read()
