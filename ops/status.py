"""What is running, and whether it works. Takes a few seconds at most, whatever hangs."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import psycopg
from kombu import Connection

from common.events.figures import outbox_figures, queue_figures, queue_names
from common.topology import SERVICES, Service
from ops import procfs
from ops.asking import ask_all
from ops.state import State
from ops.supervisor.spec import Spec, read_plan

_TIMEOUT_SECONDS = 2

Json = dict[str, Any]


class Status:
    """The state of one run, seen from outside."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.run = state.read("run")

    def collect(self) -> Json:
        """The object that ``status --json`` prints; what cannot be found out in time is None."""
        asked = ask_all({"queues": self._queues, "gateway": self._gateway_is_ready, **self._outbox_questions()})
        queues = asked["queues"] or {}
        return {
            "gateway": self.run.get("gateway"),
            "admin": self.run.get("admin"),
            "ready": bool(asked["gateway"]) and not self._not_running() and not _untaken(queues),
            "mailbox": self.run.get("mailbox"),
            "processes": [self._process(spec) for spec in self._specs() if spec.is_application],
            "servers": self._servers(),
            "queues": [{"name": name, "depth": queues[name].depth if queues.get(name) else None} for name in _QUEUES],
            "outboxes": [_outbox(service, asked.get(service.name)) for service in SERVICES],
        }

    def missing(self) -> list[str]:
        """The names of processes and queues that are not ready yet; empty once everything is healthy."""
        not_running = self._not_running()
        if not_running:
            return not_running
        asked = ask_all({"queues": self._queues, "gateway": self._gateway_is_ready})
        return _untaken(asked["queues"] or {}) or ([] if asked["gateway"] else ["gateway_svc.web"])

    def running(self) -> dict[str, bool]:
        """Whether each process and server runs, by its name."""
        return {spec.name: self._state_of(spec) == "running" for spec in self._specs()}

    def pid_of(self, name: str) -> int | None:
        """The pid of the process of this name that does the work; None while there is none."""
        return next((self._pid(spec) for spec in self._specs() if spec.name == name), None)

    def _not_running(self) -> list[str]:
        specs = self._specs()
        waiting = [spec.name for spec in specs if self._state_of(spec) != "running"]
        return waiting if specs else ["supervisor"]

    def _specs(self) -> list[Spec]:
        """The plan, as long as a supervisor is running."""
        return read_plan(self.state.plan) if self.state.supervisor() else []

    def _entry(self, spec: Spec) -> Json:
        entry: Json = self.state.read("supervised").get("processes", {}).get(spec.name, {})
        return entry

    def _pid(self, spec: Spec) -> int | None:
        known = self._entry(spec).get("identity")
        identity = procfs.Identity(**known) if known else None
        if identity is None or not identity.is_alive():
            return None
        return _worker_of(identity.pid) if spec.works_in_a_child else identity.pid

    def _state_of(self, spec: Spec) -> str:
        state = str(self._entry(spec).get("state", "waiting"))
        # It has died, and the supervisor has not noticed yet.
        return "restarting" if state == "running" and self._pid(spec) is None else state

    def _process(self, spec: Spec) -> Json:
        pid = self._pid(spec)
        return {
            "name": spec.name,
            "service": spec.service,
            "kind": spec.kind,
            "pid": pid,
            "port": spec.port,
            "state": self._state_of(spec),
            "rss_bytes": procfs.rss_bytes(pid) if pid else None,
        }

    def _servers(self) -> list[Json]:
        """The servers that we run, and those that are configured by a URL."""
        urls = {server["name"]: server["url"] for server in self.run.get("servers", ())}
        ours = {spec.name: self._server(spec, urls.get(spec.name)) for spec in self._specs() if not spec.is_application}
        return [*ours.values(), *(_given(name, url) for name, url in urls.items() if name not in ours)]

    def _server(self, spec: Spec, url: str | None) -> Json:
        return {"name": spec.name, "kind": spec.kind, "pid": self._pid(spec), "port": spec.port, "url": url}

    def _queues(self) -> Mapping[str, Any]:
        with Connection(self.run["broker"], connect_timeout=_TIMEOUT_SECONDS) as connection:
            return queue_figures(connection, SERVICES)

    def _outbox_questions(self) -> dict[str, Callable[[], Any]]:
        return {name: partial(_outbox_figures, url) for name, url in self.run.get("databases", {}).items()}

    def _gateway_is_ready(self) -> bool:
        with closing(http.client.HTTPConnection("127.0.0.1", self.run["port"], timeout=_TIMEOUT_SECONDS)) as gateway:
            gateway.request("GET", "/health/ready")
            return gateway.getresponse().status == 200


_QUEUES = queue_names(SERVICES)
_TAKEN_QUEUES = [f"{service.name}.{kind}" for service in SERVICES for kinds in service.workers for kind in kinds]


def _untaken(queues: Mapping[str, Any]) -> list[str]:
    """The queues without a consumer."""
    return [name for name in _TAKEN_QUEUES if not queues.get(name) or not queues[name].consumers]


def _worker_of(pid: int) -> int | None:
    """The child that does the work: signals and memory figures are meant for that one, not for its parent."""
    return next((child for child in procfs.children_of(pid) if procfs.rss_bytes(child)), None)


def _outbox_figures(url: str) -> tuple[int, float]:
    limit = f"-c statement_timeout={_TIMEOUT_SECONDS}s"
    with psycopg.connect(url, connect_timeout=_TIMEOUT_SECONDS, options=limit) as database:
        return outbox_figures(database)


def _outbox(service: Service, figures: tuple[int, float] | None) -> Json:
    unsent, oldest_seconds = figures or (None, None)
    return {"service": service.name, "unsent": unsent, "oldest_seconds": oldest_seconds}


def _given(name: str, url: str) -> Json:
    return {"name": name, "kind": name, "pid": None, "port": urlsplit(url).port, "url": url}
