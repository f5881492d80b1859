"""The tests, cut into what can run in one process: one settings module a suite."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from common.topology import GATEWAY, SERVICES, Service
from ops.errors import OpsError
from ops.state import ROOT

TESTS = ROOT / "tests"
_NO_TESTS_COLLECTED = 5


@dataclass(frozen=True)
class Suite:
    """What one pytest runs."""

    name: str
    paths: tuple[Path, ...]
    service: Service | None = None
    """Whose variables and settings it runs with."""
    settings: str | None = None

    def narrowed(self, wanted: Sequence[Path]) -> Suite | None:
        """The part of it that these paths name, if any."""
        inside = [path for path in wanted if any(path.is_relative_to(own) for own in self.paths)]
        around = [own for own in self.paths if any(own.is_relative_to(path) for path in wanted)]
        chosen = tuple(dict.fromkeys([*around, *inside]))
        return Suite(self.name, chosen, self.service, self.settings) if chosen else None


@dataclass(frozen=True)
class Outcome:
    """What came of one or more suites."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


SYSTEM = "system"
_COMMON_FOLDERS = ("architecture", "common", "contracts", "ops")


def chosen(wanted: Sequence[Path]) -> list[Suite]:
    """The suites to run, in order: all of them, or the parts that the paths name."""
    common = tuple(TESTS / folder for folder in _COMMON_FOLDERS if (TESTS / folder).is_dir())
    suites = [Suite("common", common, GATEWAY, "common.settings.test")]
    suites += [Suite(service.name, (TESTS / service.name,), service, service.settings_module) for service in SERVICES]
    suites.append(Suite(SYSTEM, (TESTS / SYSTEM,)))
    if not wanted:
        return suites
    paths = [_existing(path) for path in wanted]
    parts = [part for suite in suites if (part := suite.narrowed(paths))]
    if not parts:
        raise OpsError(f"No tests under {', '.join(map(str, wanted))}.")
    return parts


def _existing(path: Path) -> Path:
    """``tests/x/test_y.py::TestZ`` as an absolute path; relative to the caller's folder or to the checkout."""
    file, _, node = str(path).partition("::")
    for absolute in (Path(file).resolve(), (ROOT / file).resolve()):
        if absolute.exists() and absolute.is_relative_to(TESTS):
            return Path(f"{absolute}::{node}") if node else absolute
    raise OpsError(f"There is no {file} among the tests.")


def run(suite: Suite, variables: Mapping[str, str], results: Path, passed_on: Sequence[str]) -> Outcome:
    """Run one suite in a process of its own, its output going straight through."""
    report = results / f"{suite.name}.xml"
    report.unlink(missing_ok=True)
    settings = [f"--ds={suite.settings}"] if suite.settings else []
    paths = [str(path) for path in suite.paths]
    command = [sys.executable, "-m", "pytest", *paths, *settings, f"--junit-xml={report}", *passed_on]
    code = subprocess.run(command, cwd=ROOT, env=dict(variables), check=False).returncode
    return read_report(report, code, filtered=bool(passed_on))


def read_report(report: Path, code: int, *, filtered: bool) -> Outcome:
    """Count by the report, and count as a failure whatever made pytest fail without a failed test.

    A suite without tests is a failure too, unless the caller's own arguments took them all away.
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
