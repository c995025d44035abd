"""The table of requirements, made by real runs of pytest over a small suite in its own folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.requirements.catalogue import requirements
from tests.requirements.last_run import read_outcomes

CHECKOUT = Path(__file__).parents[2]

SUITE = """
import pytest

@pytest.mark.covers("M3", "P-rel-2")
@pytest.mark.parametrize("times", [1, 2])
def test_one_sms(times):
    assert times != {broken}

@pytest.mark.covers("M1")
def test_a_measurement_is_booked():
    pass

@pytest.mark.covers("M8")
def test_never_tried_here():
    pytest.skip("no printer")

def test_of_nothing():
    pass
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing but a few marked tests."""
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite" / "test_story.py").write_text(SUITE.format(broken=0))
    (tmp_path / "suite" / "conftest.py").write_text('pytest_plugins = ["tests.requirements.plugin"]\n')
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = suite\nmarkers = covers(*names): proves\n")
    return tmp_path


def run(checkout: Path, module: str, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", module, *arguments]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(CHECKOUT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def pytest_in(checkout: Path, *arguments: str) -> tuple[int, str]:
    return run(checkout, "pytest", "-p", "no:cacheprovider", "--import-mode=importlib", *arguments)


def row(checkout: Path, requirement: str) -> str:
    lines = (checkout / "docs" / "requirements.md").read_text().splitlines()
    return next(line for line in lines if line.startswith(f"| {requirement} |"))


@pytest.mark.parametrize("processes", [[], ["-p", "xdist.plugin", "-n", "2"]])
def test_a_whole_run_fails_until_the_table_is_written(checkout, processes):
    first = pytest_in(checkout, *processes)
    assert first[0] == 1
    assert "requirements.md is stale: run `make requirements`" in first[1]

    assert run(checkout, "tests.requirements")[0] == 0

    assert pytest_in(checkout, *processes)[0] == 0
    assert row(checkout, "M3").endswith("| `suite/test_story.py::test_one_sms` | pass |")
    assert row(checkout, "M8").endswith("| `suite/test_story.py::test_never_tried_here` | open |")
    assert row(checkout, "M44").endswith("|  | open |")


def test_a_failed_test_turns_its_requirements_to_fail(checkout):
    (checkout / "suite" / "test_story.py").write_text(SUITE.format(broken=2))

    pytest_in(checkout)
    run(checkout, "tests.requirements")

    assert row(checkout, "M3").endswith("| fail |")
    assert row(checkout, "P-rel-2").endswith("| fail |")
    assert row(checkout, "M1").endswith("| pass |")


def test_a_run_of_a_part_updates_that_part_and_asks_for_nothing(checkout):
    pytest_in(checkout)
    (checkout / "suite" / "test_story.py").write_text(SUITE.format(broken=2))

    status, said = pytest_in(checkout, "-k", "one_sms and 2")

    assert status == 1
    assert "stale" not in said
    outcomes = read_outcomes(checkout / "var/requirements/last-run.json")
    assert outcomes["suite/test_story.py::test_one_sms[2]"] == "failed"
    assert outcomes["suite/test_story.py::test_one_sms[1]"] == "passed"
    assert outcomes["suite/test_story.py::test_a_measurement_is_booked"] == "passed"


def test_the_written_result_stands_on_a_machine_that_has_run_nothing(checkout):
    pytest_in(checkout)
    run(checkout, "tests.requirements")
    (checkout / "var/requirements/last-run.json").unlink()

    status, said = run(checkout, "tests.requirements", "--check")

    assert status == 0, said
    assert "M: 2 pass, 0 fail, 42 open" in said


def test_a_test_that_moved_to_another_requirement_makes_the_table_stale(checkout):
    pytest_in(checkout)
    run(checkout, "tests.requirements")
    story = checkout / "suite" / "test_story.py"
    story.write_text(story.read_text().replace('"M1"', '"M2"'))

    assert run(checkout, "tests.requirements", "--check")[0] == 1


def test_an_unknown_requirement_is_an_error_of_collection(checkout):
    (checkout / "suite" / "test_story.py").write_text(SUITE.replace('"M8"', '"M45"'))

    status, said = pytest_in(checkout)

    assert status == 2
    assert "test_never_tried_here covers unknown M45" in said


def test_every_requirement_has_a_title_that_fits_a_table():
    names = list(requirements())

    assert names[:44] == [f"M{number}" for number in range(1, 45)]
    assert names[44:225] == [f"R{number}" for number in range(1, 182)]
    assert names[225:] == [f"P-rel-{number}" for number in range(1, 29)]
    assert all(0 < len(title) <= 70 and "|" not in title for title in requirements().values())
