"""The specs of the platform's own processes, built from the topology."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping

from common.topology import GATEWAY, SERVICES, Service
from ops import compiled
from ops.environment import Environment
from ops.state import ROOT
from ops.supervisor.spec import Spec

Ports = Callable[[str], int]

SCHEDULER = "scheduler"
_LOOPBACK = "127.0.0.1"

_BLOCKING_THREADS = 4
_WORKER_STOP_SECONDS = 15.0
_GRANIAN_LOGS = ROOT / "common" / "observability" / "granian.json"


def web_names(service: Service, instances: int) -> list[str]:
    """The names of a service's web processes: ``user_svc.web``, ``user_svc.web-2`` …"""
    return [f"{service.name}.web" + (f"-{number}" if number > 1 else "") for number in range(1, instances + 1)]


def socket_name(service: Service) -> str | None:
    """The name of the process that holds a service's WebSockets, if it has any."""
    return f"{service.name}.sockets" if service.socket_prefixes else None


def worker_names(service: Service) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name of each worker process of a service, with the kinds of queue that it consumes."""
    for position, kinds in enumerate(service.workers):
        yield f"{service.name}.worker" + (f"-{'-'.join(kinds)}" if position else ""), kinds


def relay_name(service: Service) -> str:
    """The name of the process that publishes a service's facts."""
    return f"{service.name}.relay"


def port_names(scale: Mapping[str, int]) -> list[str]:
    """The names of all ports except the gateway's public one."""
    inner = [service for service in SERVICES if service is not GATEWAY]
    web = [name for service in inner for name in web_names(service, scale.get(service.name, 1))]
    sockets = [name for name in map(socket_name, inner) if name]
    return [*web, *sockets, *(name for service in SERVICES for name in _inside_names(service)), SCHEDULER]


def inside_name(service: Service) -> str:
    """The name of the private port that a web process has besides its public one."""
    return f"{service.name}.inside"


def _inside_names(service: Service) -> list[str]:
    """The names of a service's ports for metrics and health (common/observability/inside.py)."""
    door = [inside_name(service)] if service is GATEWAY else []
    return [*door, relay_name(service), *(name for name, _ in worker_names(service))]


def addresses(scale: Mapping[str, int], ports: Ports) -> dict[str, str]:
    """The URLs at which the gateway reaches each service, by the variable that holds them."""
    found = {}
    for service in SERVICES:
        if service is GATEWAY:
            continue
        names = web_names(service, scale.get(service.name, 1))
        found[service.url_variable] = ",".join(f"http://{_LOOPBACK}:{ports(name)}" for name in names)
        socket = socket_name(service)
        if socket:
            found[service.socket_url_variable] = f"http://{_LOOPBACK}:{ports(socket)}"
    return found


def table(environment: Environment, scale: Mapping[str, int], ports: Ports) -> list[Spec]:
    """Every process of the platform except the servers."""
    specs = [_scheduler(environment, ports)]
    for service in SERVICES:
        variables = environment.of_service(service)
        specs += _web(service, variables, scale.get(service.name, 1), ports)
        specs += _sockets(service, variables, ports)
        specs += _workers(service, variables, ports)
        specs.append(_relay(service, variables, ports))
    return specs


def arguments(*, host: str = "", port: int = 0) -> dict[str, list[str]]:
    """The arguments of each process after ``python -m``, by its name; those that serve listen on this host and port."""
    found = {SCHEDULER: _scheduler_arguments()}
    for service in SERVICES:
        found[web_names(service, 1)[0]] = _web_arguments(service, host, port)
        if name := socket_name(service):
            found[name] = _socket_arguments(service, host, port)
        found |= {name: _worker_arguments(service, name, kinds) for name, kinds in worker_names(service)}
        found[relay_name(service)] = _relay_arguments(service)
    return found


def _web(service: Service, variables: dict[str, str], instances: int, ports: Ports) -> Iterator[Spec]:
    for name in web_names(service, instances):
        port = ports(name)
        yield Spec(
            name=name,
            service=service.name,
            kind="web",
            argv=_python(*_web_arguments(service, _LOOPBACK, port)),
            environment=_of_gateway(variables, ports) if service is GATEWAY else variables,
            directory=str(ROOT),
            port=port,
            probe=f"http://{_LOOPBACK}:{port}/health/live",
            works_in_a_child=service is not GATEWAY,
        )


def _web_arguments(service: Service, host: str, port: int) -> list[str]:
    """One process for each instance: a service that needs more gets more instances, which the gateway balances."""
    place = ["--host", host, "--port", str(port)]
    if service is GATEWAY:
        return ["gateway_svc.gateway.server", *place]
    options = ["--workers", "1", "--blocking-threads", str(_BLOCKING_THREADS), "--no-ws", "--interface", "wsgi"]
    options += ["--log-level", "warning", "--log-config", str(_GRANIAN_LOGS)]
    return ["granian", *place, *options, f"{service.name}.config.wsgi:application"]


def _sockets(service: Service, variables: dict[str, str], ports: Ports) -> Iterator[Spec]:
    name = socket_name(service)
    if name is None:
        return
    port = ports(name)
    yield Spec(
        name=name,
        service=service.name,
        kind="sockets",
        argv=_python(*_socket_arguments(service, _LOOPBACK, port)),
        environment=variables,
        directory=str(ROOT),
        port=port,
        probe=f"http://{_LOOPBACK}:{port}/health/live",
    )


def _socket_arguments(service: Service, host: str, port: int) -> list[str]:
    options = ["-b", host, "-p", str(port), "-v", "0", "--ping-interval", "20"]
    return ["daphne", *options, f"{service.name}.config.asgi:application"]


def _workers(service: Service, variables: dict[str, str], ports: Ports) -> Iterator[Spec]:
    for name, kinds in worker_names(service):
        yield Spec(
            name=name,
            service=service.name,
            kind="worker",
            argv=_python(*_worker_arguments(service, name, kinds)),
            environment=_with_door(variables, ports(name)),
            directory=str(ROOT),
            port=ports(name),
            stop_seconds=_WORKER_STOP_SECONDS,
        )


def _worker_arguments(service: Service, name: str, kinds: tuple[str, ...]) -> list[str]:
    queues = ",".join(f"{service.name}.{kind}" for kind in kinds)
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    options = ["-A", f"{service.name}.config.celery", "worker", *quiet]
    return ["celery", "-q", *options, "-n", f"{name}@opencommerce", "-Q", queues]


def _relay(service: Service, variables: dict[str, str], ports: Ports) -> Spec:
    name = relay_name(service)
    return Spec(
        name=name,
        service=service.name,
        kind="relay",
        argv=_python(*_relay_arguments(service)),
        environment=_with_door(variables, ports(name)),
        directory=str(ROOT),
        port=ports(name),
    )


def _relay_arguments(service: Service) -> list[str]:
    return ["common.events.relay", service.name]


def _scheduler(environment: Environment, ports: Ports) -> Spec:
    return Spec(
        name=SCHEDULER,
        service=None,
        kind="scheduler",
        argv=_python(*_scheduler_arguments()),
        environment=_with_door(environment.of_scheduler(), ports(SCHEDULER)),
        directory=str(ROOT),
        port=ports(SCHEDULER),
    )


def _scheduler_arguments() -> list[str]:
    return ["celery", "-q", "-A", "ops.scheduler", "beat", "--pidfile="]


def _of_gateway(variables: dict[str, str], ports: Ports) -> dict[str, str]:
    """The gateway's variables, with those of the compiled modules if there are any."""
    return {**_with_door(variables, ports(inside_name(GATEWAY))), **compiled.variables()}


def _with_door(variables: dict[str, str], port: int) -> dict[str, str]:
    return {**variables, "OPENCOMMERCE_INSIDE_ADDRESS": f"{_LOOPBACK}:{port}"}


def _python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]
