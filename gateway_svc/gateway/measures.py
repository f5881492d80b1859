"""What the gateway counts. All of it happens on one event loop."""

from __future__ import annotations

from functools import lru_cache

from common.observability import metrics
from gateway_svc.gateway import tallies
from gateway_svc.gateway.tallies import Durations, Tally

_SECONDS = tallies.histogram(
    "opencommerce_gateway_request_seconds",
    "Requests at the door, by the route's prefix and the service that it leads to; status none: the client was gone.",
    "route",
    "upstream",
    "method",
    "status",
)
IN_FLIGHT = metrics.gauge("opencommerce_gateway_requests_in_flight", "Requests that are in the gateway now.")
CONNECTIONS = metrics.gauge("opencommerce_gateway_connections", "Connections of clients that are open, of any kind.")
CONNECTIONS_REFUSED = metrics.counter(
    "opencommerce_gateway_connections_refused_total",
    "Connections that were closed as they came: too many from one address, or in all.",
    "reason",
)
PROBLEMS = metrics.counter(
    "opencommerce_gateway_problems_total", "What the gateway itself refused or could not answer, by code.", "code"
)
RETRIES = metrics.counter(
    "opencommerce_gateway_retries_total", "Requests made again, on another connection or instance.", "upstream"
)
RETRIES_REFUSED = metrics.counter(
    "opencommerce_gateway_retries_refused_total", "Requests not made again, since too many others were.", "upstream"
)
UPSTREAM_ERRORS = metrics.counter(
    "opencommerce_gateway_upstream_errors_total",
    "Requests that a service did not answer: unreachable, closed, reset, timed_out, garbled, unwell; or was not asked:"
    " circuit_open, overloaded.",
    "upstream",
    "reason",
)
BREAKER = metrics.gauge(
    "opencommerce_gateway_breaker_state",
    "Whether a service is asked: 0 yes, 1 one request tries, 2 no; the worse of its requests and its WebSockets.",
    "upstream",
)
UPSTREAM_IN_FLIGHT = metrics.gauge(
    "opencommerce_gateway_upstream_requests_in_flight", "Requests that a service has now, at all instances.", "upstream"
)
UPSTREAM_WAITING = metrics.gauge(
    "opencommerce_gateway_upstream_requests_waiting", "Requests that wait for a place at a service.", "upstream"
)
INSTANCE_IN_FLIGHT = metrics.gauge(
    "opencommerce_gateway_instance_requests_in_flight",
    "Requests and WebSockets that an instance has now.",
    "upstream",
    "address",
)
INSTANCE_READY = metrics.gauge(
    "opencommerce_gateway_instance_ready", "Whether an instance says that it is ready.", "upstream", "address"
)
INSTANCE_EJECTED = metrics.gauge(
    "opencommerce_gateway_instance_ejected", "Whether an instance is left out since it fails.", "upstream", "address"
)
INSTANCE_LATENCY = metrics.gauge(
    "opencommerce_gateway_instance_latency_seconds",
    "How long an instance's answers took to begin, lately.",
    "upstream",
    "address",
)
EJECTIONS = metrics.counter(
    "opencommerce_gateway_ejections_total", "Times that an instance was left out.", "upstream", "address"
)
SOCKETS_OPEN = metrics.gauge("opencommerce_gateway_sockets_open", "WebSockets that are open now.", "upstream")
SOCKET_MESSAGES = metrics.counter(
    "opencommerce_gateway_socket_messages_total", "Messages on WebSockets: in (from clients), out.", "direction"
)
SOCKET_ENDS = metrics.counter(
    "opencommerce_gateway_socket_ends_total", "WebSockets that ended, by the code they were closed with.", "code"
)
_LIMITS = tallies.counter(
    "opencommerce_gateway_limited_requests_total",
    "Requests by the policy that counts them: passed, refused, or uncounted because Redis was away.",
    "policy",
    "outcome",
)
LIMITS_WITHOUT_REDIS = metrics.gauge(
    "opencommerce_gateway_limits_without_redis", "1 while Redis is away, and each process counts for itself."
)
_CACHE_READS = tallies.counter(
    "opencommerce_gateway_cache_reads_total",
    "Reads of the catalogue: hit, stale (given while or because it could not be asked for anew), miss (asked for, then"
    " kept), unkept (asked for while it changed), collapsed (waited for one who asked), bypass (not for everybody).",
    "outcome",
)
CACHE_PURGES = metrics.counter(
    "opencommerce_gateway_cache_purges_total", "Times that something kept was forgotten because of a change."
)
CACHE_BYTES = metrics.gauge("opencommerce_gateway_cache_bytes", "What the kept answers take of memory.")
CACHE_ENTRIES = metrics.gauge("opencommerce_gateway_cache_entries", "How many answers are kept.")
# Those that the gateway and the services say, and what browsers do.
_KNOWN_CODES = frozenset({1000, 1001, 1002, 1007, 1009, 1011, 1012, 4008, 4400, 4401, 4403, 4429, 4500, 4503})


@lru_cache(maxsize=4096)
def seconds(route: str, upstream: str, method: str, status: int) -> Durations:
    """Where the duration of such a request is observed."""
    return _SECONDS.labels(route, upstream, metrics.method_label(method), metrics.status_label(status))


@lru_cache(maxsize=64)
def limits(policy: str, outcome: str) -> Tally:
    """Where a request is counted that a policy was asked about."""
    return _LIMITS.labels(policy, outcome)


@lru_cache(maxsize=16)
def cache_reads(outcome: str) -> Tally:
    """Where reads of the catalogue that came out like this are counted."""
    return _CACHE_READS.labels(outcome)


def forget_instance(upstream: str, instance: str) -> None:
    """It is gone for good: others will come, with addresses of their own."""
    EJECTIONS.remove(upstream, instance)


def code_label(code: int) -> str:
    """A client may close with any code; a label takes few."""
    return str(code) if code in _KNOWN_CODES else "other"
