"""Whether the S3 server answers, and accepts our credentials."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from ops.doctor import places
from ops.doctor.finding import Finding
from ops.servers import S3
from ops.servers.s3 import bucket_of, client_of
from ops.state import State


def examine(state: State) -> Iterator[Finding]:
    """The storage that is configured or running. A missing bucket is no fault, since it is created at the start."""
    for variable, url in places.server(state, S3).items():
        if meaning := _fault(url):
            yield Finding(
                subject="storage",
                what=f"The S3 server of {variable} does not take us: {meaning}.",
                why="No picture can be uploaded or looked at.",
                cure=f"correct {variable} (http(s)://ACCESS-KEY:SECRET-KEY@HOST:PORT/BUCKET), or start that server",
            )


def _fault(url: str) -> str:
    from botocore.exceptions import BotoCoreError, ClientError

    parts, bucket = urlsplit(url), bucket_of(url)
    if not (parts.hostname and parts.username and parts.password and bucket):
        return "the URL lacks a host, a key or a bucket"
    try:
        client_of(url).head_bucket(Bucket=bucket)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return "" if status == 404 else f"the key is wrong, or not for the bucket {bucket} ({status})"
    except BotoCoreError as error:
        return f"nothing answers there ({error})"
    return ""
