"""`make offline` plays many seeds of full size; the suite plays a few small ones."""

import pytest

FIGURES = "offline"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("offline")
    group.addoption("--seeds", type=int, default=2, help="games with another chance")
    group.addoption("--first-seed", type=int, default=1)
    group.addoption("--devices", type=int, default=3, help="phones of each game")
    group.addoption("--commands", type=int, default=60, help="commands of each phone")
    group.addoption("--killed", type=int, default=1, help="games against a server that is killed with -9")


def option(config: pytest.Config, name: str, default: int) -> int:
    """Also if this folder was not named on the command line, and its options are not known."""
    return int(config.getoption(name, default=default))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    first = option(metafunc.config, "--first-seed", 1)
    for name, how_many in (("seed", "--seeds"), ("killed_seed", "--killed")):
        if name in metafunc.fixturenames:
            count = option(metafunc.config, how_many, 2 if name == "seed" else 1)
            metafunc.parametrize(name, range(first, first + count))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was played, and that nothing was lost."""
    games = [
        dict(report.user_properties)[FIGURES]
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if FIGURES in dict(report.user_properties)
    ]
    if not games:
        return
    total = {name: sum(game[name] for game in games) for name in games[0]}
    terminalreporter.section("phones without network")
    terminalreporter.line(f"seeds played: {len(games)}")
    for name, value in total.items():
        terminalreporter.line(f"{name}: {value:,}")
