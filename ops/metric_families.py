"""Every metric that our processes may expose, read from the source without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from common.topology import SERVICES
from ops.state import ROOT

_KINDS = ("counter", "gauge", "histogram")
_PACKAGES = ("common", "ops", *(service.name for service in SERVICES))
_PREFIX = "opencommerce_"
_SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}


@dataclass(frozen=True)
class Family:
    """A metric, as declared by a call such as ``metrics.counter("opencommerce_…_total", "…", "outcome")``."""

    name: str
    kind: str
    what: str
    labels: tuple[str, ...]
    source: str

    @property
    def series(self) -> tuple[str, ...]:
        """The names of its series in Prometheus."""
        return tuple(f"{self.name}{suffix}" for suffix in _SUFFIXES.get(self.kind, ("",)))


@lru_cache(maxsize=1)
def of_ours() -> tuple[Family, ...]:
    """The metrics that our code declares, sorted by name."""
    sources = (source for package in _PACKAGES for source in sorted((ROOT / package).rglob("*.py")))
    return tuple(sorted((each for source in sources for each in _in_source(source)), key=lambda family: family.name))


def of_every_process() -> tuple[Family, ...]:
    """The metrics that prometheus-client adds to every process."""
    return tuple(Family(name, kind, what, labels, "prometheus-client") for name, kind, what, labels in _OF_THE_LIBRARY)


def _in_source(source: Path) -> Iterator[Family]:
    text = source.read_text()
    if _PREFIX not in text:
        return
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Attribute(attr=kind) | ast.Name(id=kind), args=[ast.Constant(str(name)), *more]) if (
                kind in _KINDS and name.startswith(_PREFIX)
            ):
                what, *labels = (str(ast.literal_eval(argument)) for argument in more)
                yield Family(name, kind, what, tuple(labels), str(source.relative_to(ROOT)))


_OF_THE_LIBRARY: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("process_cpu_seconds_total", "counter", "Time on the processor, in user and system mode.", ()),
    ("process_resident_memory_bytes", "gauge", "Memory that it holds.", ()),
    ("process_virtual_memory_bytes", "gauge", "Memory that it could address.", ()),
    ("process_start_time_seconds", "gauge", "When it started, in Unix time.", ()),
    ("process_open_fds", "gauge", "Files and sockets that it holds open.", ()),
    ("process_max_fds", "gauge", "How many it may.", ()),
    ("python_gc_collections_total", "counter", "Runs of Python's garbage collector.", ("generation",)),
    ("python_gc_objects_collected_total", "counter", "What they collected.", ("generation",)),
    ("python_gc_objects_uncollectable_total", "counter", "What they could not collect.", ("generation",)),
    (
        "python_info",
        "gauge",
        "1, with the version of Python.",
        ("implementation", "major", "minor", "patchlevel", "version"),
    ),
)
