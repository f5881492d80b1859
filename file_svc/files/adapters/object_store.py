"""The object storage, through django-storages, and its S3 client for what that lacks (ranges, health)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import IO, Any

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from django.core.files.storage import storages
from storages.backends.s3 import S3Storage

from common.errors import NotFound
from file_svc.files import errors

logger = logging.getLogger(__name__)

_PIECE_BYTES = 64 * 1024
_PROBE = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})


@dataclass(frozen=True)
class Listed:
    """An object, as the storage lists it."""

    key: str
    stored_at: datetime


class Storage(S3Storage):
    """The storage backend, with one boto3 session for all clients: each takes 13 MiB for its description of S3."""

    @cached_property
    def session(self) -> boto3.Session:
        """The session that the clients share."""
        session: boto3.Session = super()._create_session()
        return session

    def _create_session(self) -> boto3.Session:
        return self.session


class Pieces(Iterator[bytes]):
    """An iterator over an object's bytes as they arrive. Raises StorageUnavailable when they stop arriving.

    Not a generator: closing a generator that has not been started would leave the connection open.
    """

    def __init__(self, body: Any) -> None:
        self.body = body

    def __next__(self) -> bytes:
        with _within_reach():
            piece: bytes = self.body.read(_PIECE_BYTES)
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        """Close the connection, also if not everything was read."""
        self.body.close()


def save(key: str, file: IO[bytes], *, content_type: str) -> None:
    """Store a file, read from disk as it is sent. Raises StorageUnavailable, and then it may be stored or not."""
    content = File(file, name=key)
    content.content_type = content_type  # type: ignore[attr-defined]  # where django-storages looks for it
    with _within_reach():
        _storage().save(key, content)


def read(key: str, *, start: int = 0, length: int | None = None) -> Pieces:
    """``length`` bytes of an object from ``start`` on, or all that follow.

    Raises StorageUnavailable or NotFound at once, not at the first piece.
    """
    storage = _storage()
    end = "" if length is None else start + length - 1
    wanted = {"Range": f"bytes={start}-{end}"} if start or length is not None else {}
    with _within_reach():
        answer = _client(storage).get_object(Bucket=storage.bucket_name, Key=key, **wanted)
    return Pieces(answer["Body"])


def copy(key: str, to: str) -> None:
    """Copy an object within the storage. Raises StorageUnavailable; NotFound when it is not there."""
    storage = _storage()
    with _within_reach():
        source = {"Bucket": storage.bucket_name, "Key": key}
        _client(storage).copy_object(Bucket=storage.bucket_name, Key=to, CopySource=source)


def listed(*, after: str) -> list[Listed]:
    """The objects whose keys sort after ``after``, in that order, at most a thousand. Raises StorageUnavailable."""
    storage = _storage()
    with _within_reach():
        page = _client(storage).list_objects_v2(Bucket=storage.bucket_name, StartAfter=after)
    return [Listed(entry["Key"], entry["LastModified"]) for entry in page.get("Contents", ())]


def delete(keys: Iterable[str]) -> None:
    """Remove objects, ignoring those that do not exist. Raises StorageUnavailable."""
    storage = _storage()
    with _within_reach():
        for key in keys:
            storage.delete(key)


def check() -> None:
    """The health check: raises ConnectionError, within seconds, unless the bucket answers."""
    storage = _storage()
    try:
        probe(storage).head_bucket(Bucket=storage.bucket_name)
    except (BotoCoreError, ClientError) as error:
        raise ConnectionError("the file storage does not answer") from error


def ensure_bucket() -> None:
    """Create the bucket if it does not exist. Raises StorageUnavailable."""
    storage = _storage()
    client = _client(storage)
    with _within_reach():
        # Asked for by name instead of listing all: an access key for one bucket may not list others.
        try:
            client.head_bucket(Bucket=storage.bucket_name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "404":
                raise
            client.create_bucket(Bucket=storage.bucket_name)


@lru_cache(maxsize=1)
def probe(storage: Storage) -> Any:
    """A client with short timeouts, so that a health check answers even while the storage does not."""
    return storage.session.client(
        "s3",
        endpoint_url=storage.endpoint_url,
        region_name=storage.region_name,
        config=storage.client_config.merge(_PROBE),
    )


def _storage() -> Storage:
    return storages["default"]  # type: ignore[return-value]  # as config/storage.py names it


def _client(storage: Storage) -> Any:
    # The storage keeps one for all threads: boto3's clients may be shared (its guide "Resources", "Multithreading").
    return storage.bucket.meta.client


@contextmanager
def _within_reach() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            logger.error("an object is missing in the storage: %s", error)
            raise NotFound from error
        logger.warning("file storage refuses: %s", error)
        raise errors.StorageUnavailable from error
    except (BotoCoreError, Boto3Error) as error:
        logger.warning("file storage out of reach: %s", error)
        raise errors.StorageUnavailable from error
