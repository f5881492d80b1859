"""Run the benchmarks, each beside its yardstick."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ops import compiled, interrupts
from ops.bench import catalogue, catalogue_claims, catalogue_table, idle
from ops.bench.claim import Claim, lines
from ops.bench.gateway import nginx
from ops.bench.gateway import table as gateway_table
from ops.bench.gateway.claims import claims
from ops.bench.gateway.figures import ROUNDS
from ops.bench.gateway.figures import as_json as gateway_json
from ops.bench.gateway.measure import Bench as Gateway
from ops.bench.load import wrk
from ops.bench.order import past
from ops.bench.order import table as order_table
from ops.bench.order.crowd import gather
from ops.bench.order.figures import Figure
from ops.bench.order.measure import Bench
from ops.bench.order.measure import as_json as order_json
from ops.bench.stage import Stage, stage
from ops.commands.verify import verify
from ops.errors import OpsError
from ops.platform import Platform
from ops.progress import console, step

_PRODUCTS = 100_000
_SECONDS, _ORDER_SECONDS = 5.0, 20.0
_GATEWAY_SECONDS = 2.0
_SMALL_CATALOGUE = 1000
_LONGEST_SECONDS = 600.0
"""Short enough that a token issued at the start is still valid at the end."""
_BUYERS = (1, 8, 64)
_MOST_BUYERS = 64
"""PostgreSQL allows 150 connections, and pgbench opens one for each buyer besides those of the services."""
_PAST_ORDERS = 1000
_MOST_PAST_ORDERS = 1_000_000
"""``verify`` reads all of them, which takes some minutes at this number."""
_WIDTH = 180

Json = dict[str, Any]
_NOTHING: Json = {"figures": []}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which scenarios, how large and how long, and where the figures go."""
    parser.add_argument("scenario", nargs="*", metavar="SCENARIO", help=f"all of: {', '.join(SCENARIOS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    parser.add_argument(
        "--seconds",
        type=_seconds,
        help=f"for each figure (default: {_SECONDS:g}; order: {_ORDER_SECONDS:g}, gateway: {_GATEWAY_SECONDS:g})",
    )
    parser.add_argument("--fresh", action="store_true", help="begin with an empty platform")
    options = parser.add_argument_group("order")
    options.add_argument(
        "--buyers", type=_counts, default=_BUYERS, metavar="N,N…", help="how many at once (default: 1,8,64)"
    )
    options.add_argument(
        "--past-orders", type=_count, default=_PAST_ORDERS, metavar="N", help="settled before (default: %(default)s)"
    )
    options = parser.add_argument_group("catalogue")
    options.add_argument("--products", type=_thousands, default=_PRODUCTS, metavar="N", help="default: %(default)s")
    options.add_argument(
        "--only", action="append", default=[], metavar="KIND", help="pages whose kind begins like this"
    )
    options.add_argument(
        "--against",
        type=_of_a_catalogue,
        default=_NOTHING,
        metavar="FILE",
        help="judge by what --json wrote of a catalogue of another size",
    )
    options.add_argument("--profile", action="store_true", help="say where the time of a list goes, instead")


def run(options: argparse.Namespace) -> int:
    """Print all figures. Returns 0, or 1 if there were errors."""
    chosen = options.scenario or list(SCENARIOS)
    unknown = set(chosen) - set(SCENARIOS)
    if unknown:
        raise OpsError(f"There is no scenario {', '.join(sorted(unknown))}; there is {', '.join(SCENARIOS)}.")
    interrupts.end_as_with_ctrl_c()
    figures = {name: SCENARIOS[name](options) for name in chosen}
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 1 if any(figure.get("errors") for figure in figures.values()) else 0


def _idle(_options: argparse.Namespace) -> Json:
    platform = Platform()
    if not platform.is_up():
        raise OpsError("The platform is not running. Bring it up first: python3 manage_all.py up --detach")
    with step(f"Idle: watching for {idle.OBSERVED_SECONDS:.0f} s"):
        costs = idle.measure(platform)
    table = Table("process", "PSS MiB", "CPU % of a core", box=None, pad_edge=False)
    for cost in [*costs, idle.total(costs)]:
        table.add_row(cost.name, f"{cost.pss_mib:.0f}", f"{cost.cpu_percent:.2f}")
    console.print(table)
    return {"processes": [asdict(cost) for cost in costs], "total": asdict(idle.total(costs))}


def _catalogue(options: argparse.Namespace) -> Json:
    seconds = options.seconds or _SECONDS
    with stage(fresh=options.fresh) as own:
        with step(f"Catalogue of {options.products:,} products") as say:
            catalogue.fill(own, options.products, say=say)
        with step("Pages to ask for, and their SQL") as say:
            pages = catalogue.sample(own, options.only, say=say)
        if not pages:
            raise OpsError(f"No kind of page begins like {', '.join(options.only)}.")
        if options.profile:
            return _profile(own, pages)
        with step(f"Asking, for {catalogue.least_seconds(pages, each=seconds):.0f} s or more") as say:
            figures = list(catalogue.measure(own, pages, seconds=seconds, say=say))
    judged = [*catalogue_claims.claims(figures), *catalogue_claims.growth(figures, options.against)]
    return _tell(figures, judged, {"products": options.products, "seconds": seconds})


def _profile(own: Stage, pages: dict[str, catalogue.Pages]) -> Json:
    for title, told in catalogue.profile(own, pages):
        print(f"{title}\n{told}")
    return {}


def _tell(figures: list[catalogue.Figure], judged: list[Claim], about: Json) -> Json:
    output = _output()
    output.print(catalogue_table.table(figures))
    for line in lines(judged):
        output.print(line)
    errors = sum(figure.failed for figure in figures)
    if errors:
        output.print(f"[red]{errors} answers were errors: the figures are not worth anything.[/]")
    measured = [catalogue.as_json(figure) for figure in figures]
    return {**about, "cores": os.cpu_count(), "errors": errors, "claims": _as_json(judged), "figures": measured}


def _order(options: argparse.Namespace) -> Json:
    seconds = options.seconds or _ORDER_SECONDS
    with stage("bench-orders", fresh=options.fresh) as own:
        with step("Who buys, and what") as say:
            crowd = gather(own.platform.url, max(options.buyers), say=say)
        with step(f"Past orders: {options.past_orders:,}") as say:
            present = past.fill(own, crowd, options.past_orders, say=say)
        with step("Buying") as say:
            figures = list(Bench(own, crowd, seconds=seconds, say=say).measure(options.buyers))
        output = _output()
        _tell_of_orders(figures, output)
        breaches = verify(own.platform)
    for title, found in breaches.items():
        output.print(f"[red]✗ {title}[/]: {len(found)} rows, such as {min(found).subject}: {min(found).finding}")
    errors = sum(figure.failed for figure in figures) + sum(map(len, breaches.values()))
    about = {"past_orders": present, "seconds": seconds, "cores": os.cpu_count(), "holds": not breaches}
    return {**about, "errors": errors, "figures": [order_json(figure) for figure in figures]}


def _gateway(options: argparse.Namespace) -> Json:
    seconds = options.seconds or _GATEWAY_SECONDS
    with step("Compiling the gateway, about a minute"):
        if not compiled.make_if_possible():
            console.print("No C compiler: the gateway is measured as it is written, not compiled.")
    with stage(fresh=options.fresh) as own:
        nginx.install(own.platform.state.logs / "apt.log")
        with step(f"Catalogue of {_SMALL_CATALOGUE:,} products") as say:
            catalogue.fill(own, _SMALL_CATALOGUE, say=say)
        with step("Asking, and asking what does less") as say:
            bench = Gateway(own, seconds=seconds, say=say)
            figures, held, floods = list(bench.figures()), bench.held(), bench.overload()
    output = _output()
    output.print(gateway_table.speed(figures), "", gateway_table.memory(held), "", gateway_table.overload(floods))
    judged = list(claims(figures, held, floods, cores=os.cpu_count() or 1))
    for line in (*gateway_table.shortfall(held), *lines(judged)):
        output.print(line)
    return {
        "seconds": seconds,
        "rounds": ROUNDS,
        "cores": os.cpu_count(),
        "load": wrk.PACKAGE if wrk.is_here() else "python",
        "errors": sum(figure.failed for figure in figures) + sum(sum(each.errors.values()) for each in floods),
        "figures": [gateway_json(figure) for figure in figures],
        "sockets": [{**asdict(each), "kib_each": each.kib_each} for each in held],
        "overload": [asdict(each) for each in floods],
        "claims": _as_json(judged),
    }


def _tell_of_orders(figures: list[Figure], output: Console) -> None:
    output.print(order_table.speed(figures), "", order_table.cost(figures))
    for line in order_table.troubles(figures):
        output.print(f"[red]{line}[/]")


def _as_json(judged: list[Claim]) -> list[Json]:
    return [{**asdict(claim), "holds": claim.holds} for claim in judged]


def _output() -> Console:
    output = Console(highlight=False)
    if not output.is_terminal:
        output.width = _WIDTH
    return output


def _of_a_catalogue(path: str) -> Json:
    """Parse a file written by ``bench catalogue --json``."""
    try:
        written: Json = json.loads(Path(path).read_text())["catalogue"]
        return {name: written[name] for name in ("products", "figures")}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise argparse.ArgumentTypeError(f"{path!r}: no file that bench catalogue --json wrote") from error


def _thousands(text: str) -> int:
    """``100000``: products are created by the thousand."""
    if not (text.isascii() and text.isdigit()) or not int(text) or int(text) % 1000:
        raise argparse.ArgumentTypeError(f"{text!r}: a multiple of 1000")
    return int(text)


def _count(text: str) -> int:
    """``1000``."""
    if not (text.isascii() and text.isdigit()) or int(text) > _MOST_PAST_ORDERS:
        raise argparse.ArgumentTypeError(f"{text!r}: a whole number up to {_MOST_PAST_ORDERS:,}")
    return int(text)


def _counts(text: str) -> tuple[int, ...]:
    """``1,8,64``."""
    counts = text.split(",")
    if not all(count.isascii() and count.isdigit() and 0 < int(count) <= _MOST_BUYERS for count in counts):
        raise argparse.ArgumentTypeError(f"{text!r}: numbers from 1 to {_MOST_BUYERS}, such as 1,8,64")
    return tuple(map(int, counts))


def _seconds(text: str) -> float:
    """``2.5``."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise argparse.ArgumentTypeError(f"{text!r}: a number of seconds up to {_LONGEST_SECONDS:.0f}")
    return seconds


SCENARIOS: dict[str, Callable[[argparse.Namespace], Json]] = {
    "idle": _idle,
    "catalogue": _catalogue,
    "order": _order,
    "gateway": _gateway,
}
