"""Reading what /metrics shows, with Prometheus' own reader."""

from __future__ import annotations

from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


def scraped(page: bytes) -> dict[str, list[Sample]]:
    """The samples of each family, by its name as Prometheus stores it."""
    families = text_string_to_metric_families(page.decode())
    return {name_of(family.name, family.type): family.samples for family in families}


def name_of(name: str, kind: str) -> str:
    """The reader takes ``_total`` away from the names of counters."""
    return f"{name}_total" if kind == "counter" and not name.endswith("_total") else name


def scrape(port: int) -> dict[str, list[Sample]]:
    """What the process that answers on this port shows."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return scraped(answer.read())
