"""Parsing /metrics with Prometheus' own parser."""

from __future__ import annotations

from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


def scraped(page: bytes) -> dict[str, list[Sample]]:
    """The samples of each family, by its name as Prometheus stores it."""
    families = text_string_to_metric_families(page.decode())
    return {name_of(family.name, family.type): family.samples for family in families}


def name_of(name: str, kind: str) -> str:
    """The name of a family; the parser strips ``_total`` from the names of counters."""
    return f"{name}_total" if kind == "counter" and not name.endswith("_total") else name


def scrape(port: int) -> dict[str, list[Sample]]:
    """The samples of the process on this port."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return scraped(answer.read())
