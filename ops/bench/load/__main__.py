"""``python -m ops.bench.load``: a job as JSON on stdin, what was measured as JSON on stdout."""

from __future__ import annotations

import sys

import msgspec

from ops.bench.load import buying, flood, http, paced, sql, wrk
from ops.bench.load.jobs import FloodJob, HttpJob, Measured, Ordered, OrderJob, Paced, PacedJob, SqlJob


def main() -> None:
    """Do the one job."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=HttpJob | FloodJob | PacedJob | SqlJob | OrderJob)
    sys.stdout.buffer.write(msgspec.json.encode(_do(job)))


def _do(job: HttpJob | FloodJob | PacedJob | SqlJob | OrderJob) -> Measured | Paced | Ordered:
    match job:
        case HttpJob():
            return http.run(job)
        case FloodJob():
            return wrk.run(job) if wrk.is_here() else flood.run(job)
        case PacedJob():
            return paced.run(job)
        case SqlJob():
            return sql.run(job)
        case OrderJob():
            return buying.run(job)


if __name__ == "__main__":
    main()
