"""Invariant 7: every file row has its object, whole, and no object is without its row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from common.topology import FILES
from ops.verify.books import Books
from ops.verify.breach import Breach

_GRACE = timedelta(hours=1)
"""How old an object has to be to need a row: an upload under way has none yet."""

_STORED = """
    SELECT key, size, sha256 FROM files_storedfile WHERE status = 'stored'
    UNION ALL
    SELECT v.key, v.size, v.sha256 FROM files_filevariant AS v JOIN files_storedfile AS f ON f.id = v.file_id
    WHERE f.status = 'stored'
"""
_LEAVING = """
    SELECT key FROM files_storedfile WHERE status <> 'stored'
    UNION ALL
    SELECT v.key FROM files_filevariant AS v JOIN files_storedfile AS f ON f.id = v.file_id WHERE f.status <> 'stored'
"""
_READERS = 4
_CHUNK = 1 << 20


def files_are_whole(books: Books) -> Iterator[Breach]:
    """Size and SHA-256 of each object are those of its row. Every object is read in full."""
    storage = books.storage()
    objects = dict(_objects(storage, books.bucket))
    stored = {row["key"]: row for row in books.rows(FILES, _STORED)}
    leaving = {row["key"] for row in books.rows(FILES, _LEAVING)}
    for key in stored.keys() - objects.keys():
        yield Breach(f"file {key}", "has no object in the storage")
    latest = datetime.now(UTC) - _GRACE
    for key in objects.keys() - stored.keys() - leaving:
        if objects[key] < latest:
            yield Breach(f"object {key}", "has no row")
    yield from _damaged(books, storage, [stored[key] for key in sorted(stored.keys() & objects.keys())])


def _objects(storage: Any, bucket: str) -> Iterator[tuple[str, datetime]]:
    """Each key, and when its object was stored."""
    for page in storage.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        yield from ((entry["Key"], entry["LastModified"]) for entry in page.get("Contents", ()))


def _damaged(books: Books, storage: Any, rows: list[dict[str, Any]]) -> Iterator[Breach]:
    with ThreadPoolExecutor(_READERS) as readers:
        sums = readers.map(lambda row: _size_and_sum(storage, books.bucket, row["key"]), rows)
        for row, found in zip(rows, sums, strict=True):
            if found != (row["size"], row["sha256"]):
                yield Breach(f"file {row['key']}", "is not what was stored", f"found {found}, expected {row}")


def _size_and_sum(storage: Any, bucket: str, key: str) -> tuple[int, str]:
    """Size and SHA-256 of an object; 0 and "" if it was deleted meanwhile: the next read tells if its row was too."""
    size, digest = 0, hashlib.sha256()
    try:
        body = storage.get_object(Bucket=bucket, Key=key)["Body"]
    except storage.exceptions.NoSuchKey:
        return 0, ""
    for chunk in body.iter_chunks(_CHUNK):
        size += len(chunk)
        digest.update(chunk)
    return size, digest.hexdigest()
