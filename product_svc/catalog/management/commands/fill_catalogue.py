"""Fill an empty catalogue with believable products, for a measurement. Nobody else is told of them."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from product_svc.catalog.management.filling.fill import SEED, NotOurs, fill
from product_svc.catalog.management.filling.products import BATCH

_SECONDS_BETWEEN_LINES = 2.0


class Command(BaseCommand):
    """It refuses to touch a shop in which anybody sells anything."""

    help = (
        "Bring the catalogue to so many made products, the same ones for the same seed. Refused where there are others."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--products", type=int, required=True, metavar="N", help=f"a multiple of {BATCH}")
        parser.add_argument("--seed", type=int, default=SEED, help="another seed, other products (%(default)s)")

    def handle(self, *_args: Any, products: int, seed: int, **_options: Any) -> None:
        if products < 0 or products % BATCH:
            raise CommandError(f"{products} is not a multiple of {BATCH}.")
        began = time.monotonic()
        try:
            made = fill(seed=seed, total=products, on_progress=self._progress(began), on_step=self.stderr.write)
        except NotOurs:
            raise CommandError("This catalogue holds products of somebody's; only an empty shop is filled.") from None
        seconds = time.monotonic() - began
        self.stdout.write(f"{products:,} products, {made:,} of them made in {seconds:.1f} s ({made / seconds:,.0f}/s)")

    def _progress(self, began: float) -> Callable[[int], None]:
        last = began

        def say(made: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _SECONDS_BETWEEN_LINES:
                last = now
                self.stderr.write(f"  {made:,} products made, {made / (now - began):,.0f}/s")

        return say
