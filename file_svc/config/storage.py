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
        # Which region a server of one's own claims does not matter; that a signature names one does.
        "region_name": "us-east-1",
        "default_acl": None,
        # Our keys come from the file's id, so the only thing ever overwritten is the same thing, made again.
        "file_overwrite": True,
        "querystring_auth": True,
        "querystring_expire": 300,
        "max_memory_size": 5 * 2**20,
        "client_config": _client_config(),
        # One PUT a file is whole or not there: a crash leaves no parts behind. In parts, boto3 also holds ten of
        # them in memory; a single body is read from disk as it is sent.
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
        # Servers that speak S3's dialect lag behind its newest checksums.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
