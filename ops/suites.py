"""The tests, divided into suites that can each run in one process, with one settings module."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Self
from xml.etree import ElementTree

from common.topology import FILES, GATEWAY, NOTIFICATIONS, ORDERS, PRODUCTS, SERVICES, USERS, Service
from ops.errors import OpsError
from ops.state import ROOT

TESTS = ROOT / "tests"
_NO_TESTS_COLLECTED = 5
_END_SECONDS = 30


@dataclass(frozen=True)
class Suite:
    """The tests of one pytest process."""

    name: str
    paths: tuple[Path, ...]
    service: Service | None = None
    """The service whose variables it runs with."""
    settings: str | None = None
    left_out: tuple[Path, ...] = ()
    """What lies in its folders and belongs to another suite."""

    def narrowed(self, wanted: Sequence[Path]) -> Suite | None:
        """The part of the suite that these paths name, if any."""
        inside = [path for path in wanted if _is_within(path, self.paths) and not _is_within(path, self.left_out)]
        around = [own for own in self.paths if _is_within(own, wanted)]
        chosen = tuple(dict.fromkeys([*around, *inside]))
        return replace(self, paths=chosen) if chosen else None

    @property
    def runs_gateways(self) -> bool:
        """Whether it starts gateways, which are to be compiled first."""
        return self.service in {GATEWAY, None}

    @property
    def is_quiet(self) -> bool:
        """Whether nothing else may run meanwhile, since it is about times that a busy machine does not keep."""
        return self.name == QUIET


@dataclass(frozen=True)
class Outcome:
    """The result of one or more suites."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


SYSTEM, QUIET = "system", "quiet"
AT_ONCE = 3
"""Units, on two cores: tests spend about half of their time waiting."""
_COMMON_FOLDERS = ("architecture", "common", "contracts", "ops")
_THE_WHOLE = None
# The longest first. Two of them wait until the gateway is compiled, which takes as much of the machine as they would.
_IN_ORDER = (_THE_WHOLE, GATEWAY, NOTIFICATIONS, PRODUCTS, ORDERS, FILES, USERS)


def chosen(wanted: Sequence[Path]) -> list[Suite]:
    """The suites to run, in order: all of them, or the parts that the paths name."""
    common = tuple(TESTS / folder for folder in _COMMON_FOLDERS if (TESTS / folder).is_dir())
    # They need the variables of some service, and notify_svc has the fewest tests of its own.
    suites = [Suite("common", common, NOTIFICATIONS, "common.settings.test")]
    suites += [Suite(service.name, (TESTS / service.name,), service, service.settings_module) for service in SERVICES]
    quiet = TESTS / SYSTEM / QUIET
    suites += [Suite(SYSTEM, (TESTS / SYSTEM,), left_out=(quiet,)), Suite(QUIET, (quiet,))]
    if not wanted:
        return suites
    paths = [_existing(path) for path in wanted]
    parts = [part for suite in suites if (part := suite.narrowed(paths))]
    if not parts:
        raise OpsError(f"No tests under {', '.join(map(str, wanted))}.")
    return parts


def _is_within(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _existing(path: Path) -> Path:
    """``tests/x/test_y.py::TestZ``, relative to the working directory or the checkout, as absolute. Raises OpsError."""
    file, _, node = str(path).partition("::")
    for absolute in (Path(file).resolve(), (ROOT / file).resolve()):
        if absolute.exists() and absolute.is_relative_to(TESTS):
            return Path(f"{absolute}::{node}") if node else absolute
    raise OpsError(f"There is no {file} among the tests.")


def units(suites: Sequence[Suite]) -> list[list[Suite]]:
    """The suites in units that may run side by side, in this order; not those that are to run by themselves. Suites of
    one service share its database and its queues, so they are one unit and run one after the other.
    """
    noisy = [suite for suite in suites if not suite.is_quiet]
    units = [[suite for suite in noisy if suite.service is service] for service in _IN_ORDER]
    return [unit for unit in units if unit]


class Runs:
    """Runs pytest processes, one for each suite; leaving the context ends those that are running."""

    def __init__(self, results: Path, passed_on: Sequence[str]) -> None:
        self._results = results
        self._passed_on = passed_on
        self._under_way: set[subprocess.Popen[bytes]] = set()
        self._is_over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        for process in list(self._under_way):
            process.terminate()

    @property
    def are_under_way(self) -> bool:
        """Whether any process is running."""
        return bool(self._under_way)

    def run(self, suite: Suite, variables: Mapping[str, str], *, is_alone: bool) -> Outcome:
        """Run one suite. If ``is_alone``, its output is shown at once, otherwise at the end."""
        if self._is_over:
            return Outcome()
        report = self._results / f"{suite.name}.xml"
        report.unlink(missing_ok=True)
        command = self._command(suite, report)
        if is_alone:
            _show(suite, "")
            code = self._process(command, variables, output=None)
        else:
            log = report.with_suffix(".log")
            # A file and not a pipe, which a process left by a test would keep open.
            with log.open("w") as output:
                code = self._process(command, variables, output=output)
            _show(suite, log.read_text(errors="replace"))
        return read_report(report, code, filtered=bool(self._passed_on))

    def _command(self, suite: Suite, report: Path) -> list[str]:
        settings = [f"--ds={suite.settings}"] if suite.settings else []
        paths = [str(path) for path in suite.paths]
        left_out = [f"--ignore={path}" for path in suite.left_out]
        how = [*settings, *left_out, f"--junit-xml={report}"]
        return [sys.executable, "-m", "pytest", *paths, *how, *self._passed_on]

    def _process(self, command: list[str], variables: Mapping[str, str], *, output: IO[str] | None) -> int:
        process = subprocess.Popen(command, cwd=ROOT, env=dict(variables), stdout=output, stderr=output)
        self._under_way.add(process)
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            process.wait(_END_SECONDS)
            raise
        finally:
            self._under_way.discard(process)


def _show(suite: Suite, output: str) -> None:
    print(f"\n━━ {suite.name} ━━\n{output}", end="", file=sys.stderr, flush=True)


def read_report(report: Path, code: int, *, filtered: bool) -> Outcome:
    """Count the tests in the report; if pytest failed without a failed test, count one failure.

    A suite without tests is a failure too, unless the caller's own arguments deselected them all.
    """
    outcome = _counted(report) if report.exists() else Outcome()
    is_well = code == 0 or (code == _NO_TESTS_COLLECTED and filtered)
    return outcome if is_well or outcome.failed else outcome + Outcome(failed=1)


def _counted(report: Path) -> Outcome:
    outcome = Outcome()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314  pytest wrote it just now
        total, failures, errors, skipped = (
            int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")
        )
        failed = failures + errors
        outcome += Outcome(passed=total - failed - skipped, failed=failed, skipped=skipped)
    return outcome
