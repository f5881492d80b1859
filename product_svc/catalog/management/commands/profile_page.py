"""Print where processor time goes when a page is asked for again and again."""

import cProfile
import io
import pstats
import sysconfig
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.core.management.base import BaseCommand

from product_svc.catalog.management.sampling.visitor import Visitor


class Command(BaseCommand):
    """Of this process alone: what the web server and the database take is not in it."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path")
        parser.add_argument("--times", type=int, default=200, metavar="N")
        parser.add_argument("--cold", action="store_true", help="empty the cache before each time")
        parser.add_argument("--lines", type=int, default=40, metavar="N", help="how many functions to name")

    def handle(self, *_args: Any, path: str, times: int, cold: bool, lines: int, **_options: Any) -> None:
        visitor, profile = Visitor(), cProfile.Profile(time.process_time)
        visitor.get(path)
        for _ in range(times):
            if cold:
                cache.clear()
            profile.runcall(visitor.get, path)
        told = io.StringIO()
        statistics = pstats.Stats(profile, stream=told)
        for order in ("cumulative", "tottime"):
            statistics.sort_stats(order).print_stats(lines)
        self.stdout.write(_shortened(told.getvalue()))


def _shortened(told: str) -> str:
    """Files by their names inside the libraries' folder or ours."""
    return told.replace(f"{sysconfig.get_path('purelib')}/", "").replace(f"{Path.cwd()}/", "")
