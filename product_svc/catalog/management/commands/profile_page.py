"""Print where processor time goes when a page is asked for again and again."""

import cProfile
import io
import pstats
from argparse import ArgumentParser
from typing import Any

from django.core.cache import cache
from django.core.management.base import BaseCommand

from product_svc.catalog.management.sampling.visitor import Visitor


class Command(BaseCommand):
    """Inside one process: what the web server and the database take is not in it."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path")
        parser.add_argument("--times", type=int, default=300, metavar="N")
        parser.add_argument("--cold", action="store_true", help="empty the cache before each time")
        parser.add_argument("--sort", default="cumulative", choices=["cumulative", "tottime"])
        parser.add_argument("--lines", type=int, default=30, metavar="N", help="how many functions to name")

    def handle(self, *_args: Any, path: str, times: int, cold: bool, sort: str, lines: int, **_options: Any) -> None:
        visitor, profile = Visitor(), cProfile.Profile()
        visitor.get(path)
        for _ in range(times):
            if cold:
                cache.clear()
            profile.runcall(visitor.get, path)
        told = io.StringIO()
        pstats.Stats(profile, stream=told).sort_stats(sort).print_stats(lines)
        self.stdout.write(told.getvalue())
