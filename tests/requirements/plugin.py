"""pytest plugin: checks the marks, keeps the results, and fails a run of the whole suite if the table is stale.

It works with pytest-xdist: each process puts the marks into its reports, and the controller collects them.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.requirements.last_run import record_outcomes
from tests.requirements.marks import covered_by, unknown
from tests.requirements.table import DOCUMENT, document, make_rows

PROPERTY = "covers"
WORST_FIRST = ("failed", "skipped", "passed")
STALE = f"{DOCUMENT} is stale: run `make requirements` and commit it"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A mark with a name that is not in requirements.toml is an error of collection."""
    if wrong := unknown(covered_by(metafunc.definition)):
        raise pytest.Collector.CollectError(f"{metafunc.function.__name__} covers unknown {', '.join(wrong)}")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Keeper(config), "requirements-keeper")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: Any = yield
    report.user_properties.append((PROPERTY, covered_by(item)))
    return report


class Keeper:
    """Lives in the process that reports: the only one, or xdist's controller."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._covered: dict[str, list[str]] = {}
        self._outcomes: dict[str, str] = {}
        self._collected_all = True
        self._is_stale = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._collected_all = self._collected_all and not report.failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Once for each of set-up, call and tear-down: the worst counts. Expected failures are failures."""
        covers = dict(report.user_properties).get(PROPERTY)
        if not covers or (report.when != "call" and report.passed):
            return
        outcome = "failed" if hasattr(report, "wasxfail") and report.skipped else report.outcome
        worst = min(outcome, self._outcomes.get(report.nodeid, "passed"), key=WORST_FIRST.index)
        self._outcomes[report.nodeid] = worst
        self._covered[report.nodeid] = list(covers)  # type: ignore[call-overload]  # what makereport put there

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self._config.option.collectonly:
            return
        is_whole = self._is_whole_suite(exitstatus)
        record_outcomes(self._outcomes, whole_suite=is_whole)
        if is_whole and exitstatus == pytest.ExitCode.OK:
            written = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
            if document(make_rows(self._covered, self._outcomes, written="")) != written:
                self._is_stale = True
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._is_stale:
            terminalreporter.section("requirements", red=True)
            terminalreporter.line(STALE, red=True)

    def _is_whole_suite(self, exitstatus: int) -> bool:
        """Nothing was chosen, left out or cut short."""
        option = self._config.option
        chosen = (
            option.keyword
            or option.markexpr
            or option.deselect
            or option.ignore
            or option.ignore_glob
            or option.maxfail
            or getattr(option, "lf", False)
            or getattr(option, "stepwise", False)
        )
        finished = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and self._collected_all
        everything = self._config.args == self._config.getini("testpaths")
        return bool(finished and everything and not chosen)
