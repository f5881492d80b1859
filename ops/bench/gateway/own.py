"""The processes that the benchmark compares: its own gateways, and the servers beside or behind them."""

from __future__ import annotations

from contextlib import AbstractContextManager

from common.topology import GATEWAY, USERS
from ops.bench.gateway.server import Running, server
from ops.bench.stage import Stage

# Counted in Redis, and never refused.
_LIMITS_THAT_ALLOW_ALL = "reading-address=9999999/60,reading-person=9999999/60"
_NOTHING_KEPT = {"GATEWAY_SVC_CACHE_MIB": "0"}

_PLAIN = "ops.bench.gateway.plain:application"
_WORKING = "ops.bench.gateway.working:application"


class Own:
    """Processes of the benchmark's own, started with the platform's commands and variables."""

    def __init__(self, stage: Stage) -> None:
        self._gateway = stage.spec(f"{GATEWAY.name}.web")
        self._service = stage.spec(f"{USERS.name}.web")

    def gateway(self, *, keeps: bool, **variables: str) -> AbstractContextManager[Running]:
        """One gateway process with everything enabled; ``keeps`` says whether it caches responses."""
        own = {"OPENCOMMERCE_RATE_LIMITS": _LIMITS_THAT_ALLOW_ALL, "OPENCOMMERCE_INSIDE_ADDRESS": ""}
        environment = {**self._gateway.environment, **own, **({} if keeps else _NOTHING_KEPT), **variables}
        return server(lambda port: _at(port, self._gateway.argv), environment, probe="/health/ready")

    def plain(self) -> AbstractContextManager[Running]:
        """A plain function on the gateway's own server, with the same options: the ceiling."""
        argv = [*self._gateway.argv, "--application", _PLAIN]
        return server(lambda port: _at(port, argv), self._gateway.environment)

    def trivial_service(self) -> AbstractContextManager[Running]:
        """A plain function on the server of the services: a service that does no work."""
        argv = [*self._service.argv[:-1], _PLAIN]
        argv[argv.index("wsgi")] = "asgi"
        argv[argv.index("--blocking-threads") + 1] = "1"  # more are not possible with ASGI
        return server(lambda port: _at(port, argv), self._service.environment)

    def working_service(self) -> AbstractContextManager[Running]:
        """The server of the services, with their threads, and a function that takes a fixed time."""
        argv = [*self._service.argv[:-1], _WORKING]
        return server(lambda port: _at(port, argv), self._service.environment)


def _at(port: int, argv: list[str]) -> list[str]:
    """The same command line, with another port."""
    found = list(argv)
    found[found.index("--port") + 1] = str(port)
    return found
