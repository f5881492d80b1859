"""An S3 server, run privately: MinIO if it is installed, otherwise SeaweedFS, which is on PyPI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ops.errors import OpsError
from ops.servers.server import Server, on_path
from ops.supervisor.spec import Spec, Tier

_ACCESS_KEY = "opencommerce"
_BUCKET = "opencommerce"
_PORTS = ("s3", "s3-grpc", "filer", "filer-grpc", "volume", "volume-grpc", "master", "master-grpc")


class S3(Server):
    """The storage for the content of files."""

    name = "s3"
    title = "S3 server (MinIO or SeaweedFS)"
    variable = "OPENCOMMERCE_S3_URL"
    port_names = _PORTS

    @classmethod
    def find(cls) -> Path | None:
        """MinIO, or SeaweedFS's ``weed``."""
        return on_path("minio", "weed")

    def url(self) -> str:
        """Endpoint, keys and bucket in one URL."""
        return f"http://{_ACCESS_KEY}:{self._secret}@127.0.0.1:{self.port}/{_BUCKET}"

    @property
    def _secret(self) -> str:
        return self.credentials.get("s3")

    def prepare(self) -> list[Spec]:
        """Write the access keys; the spec is that of the one process. Raises OpsError."""
        program = self.find()
        if program is None:
            raise OpsError("No S3 server is installed.")
        self.directory.mkdir(mode=0o700, exist_ok=True)
        argv, environment = self._minio(program) if program.name == "minio" else self._weed(program)
        return [
            Spec(
                name=self.name,
                service=self.name,
                kind=program.name,
                argv=argv,
                environment=self.environment(**environment),
                directory=str(self.directory),
                tier=Tier.SERVER,
                port=self.port,
                probe=f"tcp:{self.port}",
                stop_seconds=3,  # weed waits longer for its own idle connections; what it has accepted is on disk
            )
        ]

    def _minio(self, program: Path) -> tuple[list[str], dict[str, str]]:
        argv = [str(program), "server", str(self.directory / "minio"), "--quiet"]
        argv += ["--address", f"127.0.0.1:{self.port}", "--console-address", f"127.0.0.1:{self.port_of('filer')}"]
        return argv, {"MINIO_ROOT_USER": _ACCESS_KEY, "MINIO_ROOT_PASSWORD": self._secret}

    def _weed(self, program: Path) -> tuple[list[str], dict[str, str]]:
        keys = self.directory / "keys.json"
        credentials = [{"accessKey": _ACCESS_KEY, "secretKey": self._secret}]
        identity = {
            "name": _ACCESS_KEY,
            "credentials": credentials,
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        keys.write_text(json.dumps({"identities": [identity]}))
        keys.chmod(0o600)
        data = self.directory / "weed"
        data.mkdir(exist_ok=True)
        ports = [f"-{name.replace('-grpc', '.port.grpc') if 'grpc' in name else name + '.port'}" for name in _PORTS]
        argv = [str(program), "server", f"-dir={data}", *_WEED_SWITCHES, f"-s3.config={keys}"]
        argv += [f"{switch}={self.port_of(name)}" for switch, name in zip(ports, _PORTS, strict=True)]
        # Go collects once the heap has grown by this many percent, and most of weed's is allocated and never used: the
        # default of 100 would let it grow by 230 MiB. (A limit in bytes would make it collect all the time.)
        return argv, {"GOGC": "10"}

    @staticmethod
    def check(url: str) -> None:
        """Create the bucket if there is none."""
        from botocore.exceptions import ClientError

        client, bucket = client_of(url), bucket_of(url)
        # By its name, since a key for one bucket may not be allowed to list buckets.
        try:
            client.head_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] != "404":
                raise
            client.create_bucket(Bucket=bucket)


def bucket_of(url: str) -> str:
    """The bucket named in the path of our S3 URLs."""
    return urlsplit(url).path.strip("/")


def client_of(url: str) -> Any:
    """A client with short timeouts and no retries."""
    import boto3
    from botocore.config import Config

    parts = urlsplit(url)
    return boto3.client(
        "s3",
        endpoint_url=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        aws_access_key_id=unquote(parts.username or ""),
        aws_secret_access_key=unquote(parts.password or ""),
        region_name="us-east-1",
        config=Config(
            connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}
        ),
    )


# Loopback only: the filer and volume ports serve objects to anyone who reaches them.
_WEED_SWITCHES = (
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    "-filer",
    "-s3",
    "-s3.iam=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-filer.localSocket=filer.sock",  # relative: a socket's path may have 107 bytes
    "-s3.localSocket=s3.sock",
    "-volume.max=0",  # as many volumes as the disk holds; a fixed number fails at the second bucket
    "-master.volumeSizeLimitMB=1024",
    "-volume.preStopSeconds=0",
    "-master.electionTimeout=1s",  # otherwise a restart takes 15 s
    "-master.telemetry=false",
)
