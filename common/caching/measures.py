"""What is counted of kept answers."""

from common.observability import metrics

_READS = metrics.counter(
    "opencommerce_cache_reads_total",
    "Answers asked for: hit, waited (for whoever computed it), computed (and kept), alone (computed without Redis).",
    "outcome",
)
HIT, WAITED, COMPUTED, ALONE = (_READS.labels(outcome) for outcome in ("hit", "waited", "computed", "alone"))
COMPUTE_SECONDS = metrics.histogram("opencommerce_cache_compute_seconds", "Computing an answer that was not kept.")
_PURGES = metrics.counter(
    "opencommerce_cache_purges_total", "Purges of families: done, or failed because Redis was away.", "outcome"
)
PURGED, NOT_PURGED = (_PURGES.labels(outcome) for outcome in ("done", "failed"))
CIRCUIT_IS_OPEN = metrics.gauge(
    "opencommerce_cache_circuit_open", "1 while Redis is left alone since it failed, and everybody computes."
)
