"""The object storage's clients."""

from __future__ import annotations

from django.core.files.storage import storages

from file_svc.files.adapters import object_store


def test_what_boto3_has_read_about_s3_is_in_memory_once() -> None:
    storage = storages["default"]

    patient, impatient = storage.bucket.meta.client, object_store.probe(storage)

    assert impatient.meta.service_model.metadata is patient.meta.service_model.metadata
