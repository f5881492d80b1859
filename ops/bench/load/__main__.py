"""``python -m ops.bench.load``: a job as JSON on stdin, what was measured as JSON on stdout."""

from __future__ import annotations

import sys

import msgspec

from ops.bench.load import http, sql
from ops.bench.load.jobs import HttpJob, SqlJob


def main() -> None:
    """Do the one job."""
    job: HttpJob | SqlJob = msgspec.json.decode(sys.stdin.buffer.read(), type=HttpJob | SqlJob)
    measured = http.run(job) if isinstance(job, HttpJob) else sql.run(job)
    sys.stdout.buffer.write(msgspec.json.encode(measured))


if __name__ == "__main__":
    main()
