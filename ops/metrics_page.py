"""docs/reference/metrics.md, generated from the code: every metric, its labels and what it counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ops import metric_families
from ops.metric_families import Family
from ops.state import ROOT

PAGE = ROOT / "docs/reference/metrics.md"

_HEAD = """# Metrics

<!-- Generated from the code by `manage_all.py check --write`; do not edit. -->

What processes show at `/metrics`, in Prometheus' form ([where that is](../how-to/observe.md)). A process shows what it
does: requests are counted by web processes, attempts to handle facts by workers. A histogram has the series `_bucket`,
`_sum` and `_count`, and so counts as well. Which service and kind of process it is, the scraper says (`service`, `kind`
in `deploy/observability/prometheus/prometheus.yml`). Names and labels change only with a note in the changelog.
"""


def render() -> str:
    """The whole page."""
    lines = [_HEAD, *_table(metric_families.of_ours())]
    return "\n".join([*lines, "", "## Of every process", "", *_table(metric_families.of_every_process()), ""])


def _table(families: Iterable[Family]) -> Iterator[str]:
    yield "| name | kind | labels | what it is | declared in |"
    yield "| --- | --- | --- | --- | --- |"
    for family in families:
        labels = ", ".join(f"`{label}`" for label in family.labels) or "–"
        yield f"| `{family.name}` | {family.kind} | {labels} | {family.what} | {family.source} |"
