"""Django's STORAGES for an S3 server, from one URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from django.core.exceptions import ImproperlyConfigured

from common.settings.env import split_credentials

_LARGEST_SINGLE_PUT = 64 * 2**20


def storages(url: str) -> dict[str, Any]:
    """The setting for ``http://ACCESS:SECRET@host:port/bucket``. Raises ImproperlyConfigured when a part is missing."""
    bare, access_key, secret_key = split_credentials(url)
    parts = urlsplit(bare)
    bucket = parts.path.strip("/")
    if not (parts.scheme in {"http", "https"} and parts.netloc and access_key and secret_key and bucket):
        raise ImproperlyConfigured("OPENCOMMERCE_S3_URL is like http://ACCESS:SECRET@host:port/bucket.")
    options = {
        "endpoint_url": f"{parts.scheme}://{parts.netloc}",
        "access_key": access_key,
        "secret_key": secret_key,
        "bucket_name": bucket,
        # A signature has to name a region; for a server of one's own it does not matter which.
        "region_name": "us-east-1",
        "default_acl": None,
        # Keys are derived from the file's id, so an object is only ever overwritten by the same one, made again.
        "file_overwrite": True,
        "querystring_auth": True,
        "querystring_expire": 300,
        "max_memory_size": 5 * 2**20,
        "client_config": _client_config(),
        # A single PUT stores a file as a whole or not at all: a crash leaves no parts of a multipart upload behind.
        # For those boto3 also holds ten parts in memory; a single body is read from disk as it is sent.
        "transfer_config": TransferConfig(multipart_threshold=_LARGEST_SINGLE_PUT, use_threads=False),
    }
    return {"default": {"BACKEND": "file_svc.files.adapters.object_store.Storage", "OPTIONS": options}}


def _client_config() -> Config:
    return Config(
        signature_version="s3v4",
        # Signed payloads: the server compares what arrived with the SHA-256 in the signature.
        s3={"addressing_style": "path", "payload_signing_enabled": True},
        connect_timeout=2,
        read_timeout=5,
        retries={"mode": "standard", "total_max_attempts": 2},
        tcp_keepalive=True,
        # S3-compatible servers may not support the newest checksums.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
