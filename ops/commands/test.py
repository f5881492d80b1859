"""Run the tests against real servers, brought up for the run; ends with one summed line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from ops import interrupts, suites
from ops.blueprint import Blueprint
from ops.platform import Platform
from ops.state import LOCAL, MARKER_VARIABLE, State
from ops.suites import Outcome, Suite

_FOLDER = LOCAL / "test"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to test; what follows ``--`` goes to pytest."""
    parser.add_argument("path", nargs="*", type=Path, help="a file or folder of tests; all of them when left out")


def run(options: argparse.Namespace) -> int:
    """Run the suites one after another; the last line sums them up."""
    interrupts.end_as_with_ctrl_c()
    chosen = suites.chosen(options.path)
    results = _FOLDER / "results"
    results.mkdir(mode=0o700, parents=True, exist_ok=True)
    services = [suite for suite in chosen if suite.service]
    whole = [suite for suite in chosen if not suite.service]
    outcome = _run_services(services, results, options.passed_on) if services else Outcome()
    for suite in whole:
        outcome += _run(suite, _variables_of_the_whole(), results, options.passed_on)
    print(outcome)
    return 1 if outcome.failed or not outcome.passed else 0


def _run_services(chosen: Sequence[Suite], results: Path, passed_on: Sequence[str]) -> Outcome:
    """Everything that needs no more than the servers, which are stopped whatever happens."""
    platform = Platform(State(_FOLDER / "servers"))
    outcome = Outcome()
    with ExitStack() as stack:
        blueprint = platform.up_servers()
        stack.callback(_stop, platform)
        for suite in chosen:
            outcome += _run(suite, _variables(blueprint, suite), results, passed_on)
    return outcome


def _stop(platform: Platform) -> None:
    with interrupts.uninterrupted():
        platform.down()


def _run(suite: Suite, variables: Mapping[str, str], results: Path, passed_on: Sequence[str]) -> Outcome:
    print(f"\n━━ {suite.name} ━━", file=sys.stderr, flush=True)
    return suites.run(suite, variables, results, passed_on)


def _variables(blueprint: Blueprint, suite: Suite) -> dict[str, str]:
    """The service's own, and the key with which a test signs in as the gateway would."""
    if suite.service is None:
        return _variables_of_the_whole()
    variables = blueprint.environment.of_service(suite.service)
    variables.pop(MARKER_VARIABLE)  # tests start processes of their own; stopping the servers must not end them
    return {**variables, "GATEWAY_SVC_ASSERTION_KEY": blueprint.environment.assertion_key()}


def _variables_of_the_whole() -> dict[str, str]:
    """The caller's: the tests of the whole bring a platform up themselves, and drive it as fast as they can."""
    return {**os.environ, "OPENCOMMERCE_RATE_LIMITS": "off"}
