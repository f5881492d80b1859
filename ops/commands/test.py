"""Run the tests against real servers, brought up for the run; ends with one summed line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from ops import compiled, interrupts, suites
from ops.blueprint import Blueprint
from ops.platform import Platform
from ops.state import LOCAL, MARKER_VARIABLE, State
from ops.suites import Outcome, Runs, Suite

_FOLDER = LOCAL / "test"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to test; arguments after ``--`` go to pytest."""
    parser.add_argument(
        "path", nargs="*", type=Path, help="a file or folder of tests (default: all); what follows -- goes to pytest"
    )


def run(options: argparse.Namespace) -> int:
    """Run the suites, some side by side, and at last those that need quiet; the last line sums them up."""
    interrupts.end_as_with_ctrl_c()
    chosen = suites.chosen(options.path)
    results = _FOLDER / "results"
    results.mkdir(mode=0o700, parents=True, exist_ok=True)
    units = suites.units(chosen)
    quiet = [suite for suite in chosen if suite.is_quiet]
    new_runs = partial(Runs, results, options.passed_on)
    with ThreadPoolExecutor(1) as beside:
        # A full run tests the compiled gateway too; a run of a few tests should not wait for it.
        compiling = beside.submit(_compile) if not options.path else None
        outcome = _run_side_by_side(units, new_runs(), compiling) if units else Outcome()
    for suite in quiet:
        with new_runs() as runs:
            outcome += runs.run(suite, _variables_of_the_whole(), is_alone=True)
    print(outcome)
    return 1 if outcome.failed or not outcome.passed else 0


def _compile() -> None:
    if not compiled.make_if_possible():
        print("No C compiler: the gateway is tested as it is, not compiled.", file=sys.stderr)


def _run_side_by_side(units: Sequence[Sequence[Suite]], runs: Runs, compiling: Future[None] | None) -> Outcome:
    """All that may run at the same time. The servers of the services' suites are stopped whatever happens."""
    suites_of_all = [suite for unit in units for suite in unit]
    count, at_once = len(suites_of_all), min(suites.AT_ONCE, len(units))
    with ExitStack() as stack:
        blueprint = _servers(stack) if any(suite.service for suite in suites_of_all) else None
        pool = stack.enter_context(ThreadPoolExecutor(at_once))
        stack.enter_context(runs)
        if count > 1:
            print(f"Running {count} suites, {at_once} at once; each is shown as it ends.", file=sys.stderr)
        run_unit = partial(_run_unit, runs=runs, blueprint=blueprint, compiling=compiling, is_alone=count == 1)
        return sum(pool.map(run_unit, range(len(units)), units), Outcome())


def _run_unit(
    number: int,
    unit: Sequence[Suite],
    *,
    runs: Runs,
    blueprint: Blueprint | None,
    compiling: Future[None] | None,
    is_alone: bool,
) -> Outcome:
    outcome = Outcome()
    for suite in unit:
        if compiling and suite.runs_gateways:
            compiling.result()
        outcome += runs.run(suite, _variables(blueprint, suite, number), is_alone=is_alone)
    return outcome


def _servers(stack: ExitStack) -> Blueprint:
    platform = Platform(State(_FOLDER / "servers"))
    blueprint = platform.up_servers()
    stack.callback(_stop, platform)
    return blueprint


def _stop(platform: Platform) -> None:
    with interrupts.uninterrupted():
        platform.down()


def _variables(blueprint: Blueprint | None, suite: Suite, unit: int) -> dict[str, str]:
    """The service's variables, and the key with which tests sign assertions as the gateway does."""
    if not (blueprint and suite.service):
        return _variables_of_the_whole()
    variables = blueprint.environment.of_service(suite.service)
    variables.pop(MARKER_VARIABLE)  # tests start processes of their own; stopping the servers must not end them
    own = {
        "OPENCOMMERCE_REDIS_URL": _redis_of(unit, variables["OPENCOMMERCE_REDIS_URL"]),
        "GATEWAY_SVC_ASSERTION_KEY": blueprint.environment.assertion_key(),
    }
    return {**variables, **own}


def _redis_of(unit: int, url: str) -> str:
    """A Redis database for each unit, since some tests empty theirs."""
    parts = urlsplit(url)
    first = int(parts.path.strip("/") or 0)
    return parts._replace(path=f"/{first + unit}").geturl()


def _variables_of_the_whole() -> dict[str, str]:
    """The caller's variables, without rate limits: system tests bring up a platform themselves, and put load on it."""
    return {**os.environ, "OPENCOMMERCE_RATE_LIMITS": "off"}
