"""The object storage's clients."""

from __future__ import annotations

import io
from contextlib import closing
from uuid import uuid4

import pytest
from django.core.files.storage import storages

from file_svc.files.adapters import object_store


def test_what_boto3_has_read_about_s3_is_in_memory_once() -> None:
    storage = storages["default"]

    patient, impatient = storage.bucket.meta.client, object_store.probe(storage)

    assert impatient.meta.service_model.metadata is patient.meta.service_model.metadata


@pytest.mark.parametrize(
    ("span", "bytes_of_it"),
    [({}, b"0123456789"), ({"start": 7}, b"789"), ({"length": 2}, b"01"), ({"start": 3, "length": 4}, b"3456")],
    ids=str,
)
def test_gives_the_span_that_was_asked_for(span: dict[str, int], bytes_of_it: bytes) -> None:
    key = f"tests/{uuid4()}"
    object_store.save(key, io.BytesIO(b"0123456789"), content_type="text/plain")

    with closing(object_store.read(key, **span)) as pieces:
        assert b"".join(pieces) == bytes_of_it

    object_store.delete([key])
