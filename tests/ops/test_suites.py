"""Which tests run in which process, and how they are counted."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from ops import interrupts, procfs, suites
from ops.errors import OpsError
from ops.state import ROOT
from ops.suites import TESTS, Outcome, Runs, Suite

REPORT = """<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10"/></testsuites>"""


@contextmanager
def interruptible() -> Iterator[None]:
    """Be ended by a signal as the command is."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    interrupts.end_as_with_ctrl_c()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class TestChosen:
    def test_is_everything_with_the_whole_platform_last(self) -> None:
        names = [suite.name for suite in suites.chosen([])]

        assert names[0] == "common"
        assert names[-2:] == ["system", "quiet"]

    def test_is_the_suite_around_a_path(self) -> None:
        (suite,) = suites.chosen([Path("tests/ops/test_suites.py::TestChosen")])

        assert suite.name == "common"
        assert suite.paths == (TESTS / "ops" / "test_suites.py::TestChosen",)

    def test_is_one_suite_for_what_another_one_leaves_out(self) -> None:
        (alone,) = suites.chosen([Path("tests/system/quiet/test_idle.py")])
        both = suites.chosen([Path("tests/system")])

        assert alone.name == "quiet"
        assert [suite.name for suite in both] == ["system", "quiet"]
        assert both[0].left_out == both[1].paths

    def test_refuses_a_path_that_is_not_among_the_tests(self) -> None:
        with pytest.raises(OpsError, match=r"no ops/suites\.py"):
            suites.chosen([Path("ops/suites.py")])


class TestReadReport:
    def test_counts_errors_as_failures(self, tmp_path: Path) -> None:
        report = tmp_path / "report.xml"
        report.write_text(REPORT)

        assert suites.read_report(report, 1, filtered=False) == Outcome(passed=4, failed=3, skipped=3)

    def test_counts_a_crash_as_a_failure(self, tmp_path: Path) -> None:
        assert suites.read_report(tmp_path / "none.xml", -9, filtered=False) == Outcome(failed=1)

    @pytest.mark.parametrize(("filtered", "failed"), [(True, 0), (False, 1)])
    def test_counts_a_suite_without_tests_as_a_failure_unless_they_were_filtered_away(
        self, tmp_path: Path, filtered: bool, failed: int
    ) -> None:
        assert suites.read_report(tmp_path / "none.xml", 5, filtered=filtered).failed == failed


class TestOutcome:
    def test_says_nothing_of_skipped_tests_when_there_are_none(self) -> None:
        assert str(Outcome(passed=2) + Outcome(failed=1)) == "2 passed, 1 failed"
        assert str(Outcome(passed=2, skipped=1)) == "2 passed, 0 failed, 1 skipped"


class TestUnits:
    def test_hold_each_suite_once_and_all_of_a_service_in_one(self) -> None:
        chosen = suites.chosen([])

        units = suites.units(chosen)

        noisy = [suite.name for suite in chosen if not suite.is_quiet]
        assert sorted(suite.name for unit in units for suite in unit) == sorted(noisy)
        assert all(len({suite.service for suite in unit}) == 1 for unit in units)
        assert len({unit[0].service for unit in units}) == len(units)

    def test_are_no_more_than_there_are_suites(self) -> None:
        assert len(suites.units(suites.chosen([Path("tests/user_svc")]))) == 1


class TestRuns:
    def test_end_what_is_under_way_when_they_are_left(self, tmp_path: Path) -> None:
        slow = tmp_path / "test_slow.py"
        slow.write_text("import time\n\ndef test_slow():\n    time.sleep(60)\n")
        variables = {**os.environ, "PYTHONPATH": str(ROOT)}
        with ThreadPoolExecutor() as pool, Runs(tmp_path, []) as runs:
            outcome = pool.submit(runs.run, Suite("slow", (slow,)), variables, is_alone=False)
            until = time.monotonic() + 30
            while not runs.are_under_way and time.monotonic() < until:
                time.sleep(0.05)

        assert outcome.result(timeout=10).failed == 1

    def test_end_what_whoever_waits_for_it_no_longer_wants(self, tmp_path: Path) -> None:
        slow = tmp_path / "test_slow.py"
        slow.write_text("import time\n\ndef test_slow():\n    time.sleep(60)\n")
        variables = {**os.environ, "PYTHONPATH": str(ROOT)}
        main, before = threading.get_ident(), set(procfs.family_of(os.getpid()))
        threading.Timer(2, signal.pthread_kill, (main, signal.SIGTERM)).start()

        with interruptible(), pytest.raises(KeyboardInterrupt), Runs(tmp_path, []) as runs:
            runs.run(Suite("slow", (slow,)), variables, is_alone=True)

        assert set(procfs.family_of(os.getpid())) <= before

    def test_leave_out_what_belongs_to_another_suite(self, tmp_path: Path) -> None:
        for name in ("test_mine.py", "other/test_theirs.py"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text("def test_it():\n    pass\n")
        suite = Suite("mine", (tmp_path,), left_out=(tmp_path / "other",))
        with Runs(tmp_path, []) as runs:
            assert runs.run(suite, {**os.environ, "PYTHONPATH": str(ROOT)}, is_alone=False) == Outcome(passed=1)

    def test_begin_nothing_once_they_are_over(self, tmp_path: Path) -> None:
        with Runs(tmp_path, []) as runs:
            pass

        assert runs.run(Suite("late", (tmp_path,)), {}, is_alone=False) == Outcome()
