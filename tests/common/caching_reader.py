"""A process that reads through the cache: ``python -m tests.common.caching_reader NAME FAMILY THREADS``.

It prints "ready", waits for a line, reads with that many threads at once, and prints what each got, as JSON. The
computed value is its own process id, takes half a second, and is noted in Redis. With FOREVER in the name, it never
ends computing.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import django

FOREVER = "forever"


def computed(name: str) -> bytes:
    from common.caching.slot import connection

    connection().rpush(f"computed:{name}", os.getpid())
    say("computing")
    time.sleep(10_000 if FOREVER in name else 0.5)
    return str(os.getpid()).encode()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(name: str, family: str, threads: int) -> None:
    django.setup()
    from common import caching

    def read(_: int) -> str:
        return caching.cached(name, [family], lambda: computed(name), seconds=60).body.decode()

    say("ready")
    sys.stdin.readline()
    with ThreadPoolExecutor(threads) as pool:
        say(json.dumps(list(pool.map(read, range(threads)))))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
