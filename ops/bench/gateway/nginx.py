"""nginx in front of a service: the yardstick for proxying."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from ops import apt
from ops.bench.gateway.server import BENCH, Running, server
from ops.bench.load import wrk
from ops.progress import console
from ops.servers.server import on_path

PACKAGE = "nginx"
_BESIDE_THE_PATH = Path("/usr/sbin/nginx")

# One worker, and a log line for each request, like the gateway.
_CONFIGURATION = """
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
    access_log {directory}/nginx-access.log combined buffer=64k flush=1s;
    client_body_temp_path {directory}/nginx-body;
    proxy_temp_path {directory}/nginx-proxy;
    fastcgi_temp_path {directory}/nginx-fastcgi;
    uwsgi_temp_path {directory}/nginx-uwsgi;
    scgi_temp_path {directory}/nginx-scgi;
    proxy_max_temp_file_size 0;
    keepalive_requests 10000000;
    upstream service {{ server 127.0.0.1:{upstream}; {kept} }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://service;
            {version}
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
        }}
    }}
}}
"""


# Keeps connections to the service open; by default, nginx opens one for each request.
_KEPT = "keepalive 64; keepalive_requests 10000000;"
_OF_KEPT = 'proxy_http_version 1.1; proxy_set_header Connection "";'


def find() -> Path | None:
    """The program, if this machine has it."""
    return on_path(PACKAGE) or (_BESIDE_THE_PATH if _BESIDE_THE_PATH.exists() else None)


def install(log: Path) -> None:
    """Install nginx and wrk with apt if possible; print what is missing without them."""
    missing = [name for name, is_here in ((PACKAGE, find() is not None), (wrk.PACKAGE, wrk.is_here())) if not is_here]
    if missing and apt.can_install():
        apt.install(missing, log)
    if find() is None:
        console.print(f"There is no nginx here, and apt could not install it ({log}): nothing stands beside the proxy.")
    if not wrk.is_here():
        console.print("There is no wrk here: the load is made in Python, and takes far more of the machine.")


def in_front_of(upstream: int, *, keeps: bool) -> AbstractContextManager[Running]:
    """One nginx worker that proxies everything to this port, on connections that it keeps open or not."""
    program = str(find())
    how = {"kept": _KEPT, "version": _OF_KEPT} if keeps else {"kept": "", "version": ""}

    def argv(port: int) -> Sequence[str]:
        configuration = BENCH / f"nginx-{port}.conf"
        configuration.write_text(_CONFIGURATION.format(directory=BENCH, port=port, upstream=upstream, **how))
        return [program, "-c", str(configuration), "-e", "stderr"]

    return server(argv, {}, probe="/health/live")
