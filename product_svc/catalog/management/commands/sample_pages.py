"""Print pages of a made catalogue, as JSON: their addresses by kind, and the SQL that each takes."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from product_svc.catalog.management.filling.fill import SEED
from product_svc.catalog.management.sampling.kinds import kinds
from product_svc.catalog.management.sampling.visitor import Visitor


class Command(BaseCommand):
    """Empties the cache again and again."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", nargs="*", help="how the titles of the wanted kinds begin (default: all)")
        parser.add_argument("--seed", type=int, default=SEED, help="the seed that the catalogue was filled with")

    def handle(self, *_args: Any, kind: list[str], seed: int, **_options: Any) -> None:
        visitor = Visitor()
        pages = {}
        for title, find_paths in kinds(visitor, seed=seed).items():
            if title.startswith(tuple(kind) or ""):
                self.stderr.write(f"  {title}")
                pages[title] = [asdict(visitor.look(path)) for path in find_paths()]
        self.stdout.write(json.dumps(pages))
