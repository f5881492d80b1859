"""How fast the catalogue is read: each kind of page, cold and warm, direct and by the gateway, beside its bare SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import mean
from typing import Any

import msgspec

from common.topology import GATEWAY, PRODUCTS
from ops.bench.load.jobs import HttpJob, Measured, SqlJob, do
from ops.bench.stage import Stage
from ops.progress import Say

CONNECTIONS = (1, 8)

_GATEWAY, _SERVICE = f"{GATEWAY.name}.web", f"{PRODUCTS.name}.web"
WATCHED = {_GATEWAY: "gateway", _SERVICE: "service", "postgres": "PostgreSQL", "redis": "Redis"}

_STATES = ("cold", "warm")

Pages = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Figure:
    """One kind of page, asked for in one way."""

    page: str
    asked: str
    connections: int
    queries: float
    """SQL statements for each response, on average."""
    of_bare_sql: float
    """The rate, divided by that at which the database alone returns the same rows."""
    measured: Measured

    @property
    def failed(self) -> int:
        """How many requests failed."""
        return sum(self.measured.errors.values())


def fill(stage: Stage, products: int, *, say: Say) -> None:
    """Fill the catalogue up to this number of products."""
    stage.manage(PRODUCTS, "fill_catalogue", "--products", str(products), say=say)


def sample(stage: Stage, kinds: Sequence[str], *, say: Say) -> dict[str, Pages]:
    """The pages to ask for, by kind, with the SQL of each."""
    sampled: dict[str, Pages] = json.loads(stage.manage(PRODUCTS, "sample_pages", *kinds, say=say))
    return sampled


def profile(stage: Stage, pages: Mapping[str, Pages]) -> Iterator[tuple[str, str]]:
    """Profiles of the first page's processor time, cold and warm, as title and text."""
    path = next(iter(pages.values()))[0]["path"]
    yield f"{path}, cold", stage.manage(PRODUCTS, "profile_page", path, "--cold")
    yield f"{path}, warm", stage.manage(PRODUCTS, "profile_page", path)


def measure(stage: Stage, pages: Mapping[str, Pages], *, seconds: float, say: Say) -> Iterator[Figure]:
    """All figures; the yardstick of each kind and number of connections comes first."""
    bench = _Bench(stage, seconds)
    for number, (kind, sampled) in enumerate(pages.items(), start=1):
        for connections in CONNECTIONS:
            say(f"{kind}, {connections} at a time ({number} of {len(pages)})")
            yield from bench.compare(kind, sampled, connections)


def least_seconds(pages: Mapping[str, Pages], *, each: float) -> float:
    """How long measuring takes at least."""
    ways = 1 + len(_STATES) * 2
    return len(pages) * len(CONNECTIONS) * ways * each


class _Bench:
    """What all figures have in common."""

    def __init__(self, stage: Stage, seconds: float) -> None:
        self._stage = stage
        self._seconds = seconds
        services, gateways = stage.port(_SERVICE), stage.port(_GATEWAY)
        self._doors = {"service": (services, stage.gateways_header(PRODUCTS)), "gateway": (gateways, {})}

    def compare(self, kind: str, pages: Pages, connections: int) -> Iterator[Figure]:
        """The bare SQL, and then the service and the gateway, each cold and warm."""
        bare = self._ask_database(pages, connections)
        cold_queries = mean(len(page["statements"]) for page in pages)
        warm_queries = mean(page["warm_queries"] for page in pages)
        yield Figure(kind, "bare SQL", connections, cold_queries, 1.0, bare)
        for door in self._doors:
            for state, queries in zip(_STATES, (cold_queries, warm_queries), strict=True):
                measured = self._ask(door, pages, connections, is_cold=state == "cold")
                share = measured.rate / bare.rate if bare.requests else 0.0
                yield Figure(kind, f"{door}, {state}", connections, queries, share, measured)

    def _ask_database(self, pages: Pages, connections: int) -> Measured:
        return do(
            SqlJob(
                connections=connections,
                seconds=self._seconds,
                watched=self._stage.roots("postgres"),
                database_url=self._stage.database_url(PRODUCTS),
                pages=[page["statements"] for page in pages],
            )
        )

    def _ask(self, door: str, pages: Pages, connections: int, *, is_cold: bool) -> Measured:
        port, headers = self._doors[door]
        return do(
            HttpJob(
                connections=connections,
                seconds=self._seconds,
                watched=self._stage.roots(*WATCHED),
                port=port,
                headers={"Accept": "application/json", **headers},
                paths=[page["path"] for page in pages],
                empty_cache_at=self._stage.redis_url if is_cold else "",
            )
        )


def as_json(figure: Figure) -> dict[str, Any]:
    """A figure as plain data."""
    measured: dict[str, Any] = msgspec.to_builtins(figure.measured)
    return {**asdict(figure), "measured": {"requests_per_second": figure.measured.rate, **measured}}
