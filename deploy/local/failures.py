"""Failures with a message for the person at the terminal."""

from pathlib import Path

LONGEST_LINE = 400  # a structured log has a whole traceback in one line


class Failure(Exception):
    """A reason to stop, with what to do about it. Shown without a traceback.

    `todo` is one or more lines of advice; `log` names a file whose last lines are shown.
    """

    def __init__(self, what: str, *, todo: str = "", log: Path | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo
        self.log = log
        self.tail = last_lines(log) if log else []  # read now: the log will grow while processes stop

    def text(self) -> str:
        """The whole message, ready to print."""
        lines = [f"error: {self.what}"]
        if self.tail:
            lines.append(f"  the end of {self.log}:")
            lines += [f"    | {_shortened(line)}" for line in self.tail]
        if self.todo:
            lines.append("  what to do:")
            lines += [f"    {line}" for line in self.todo.splitlines()]
        return "\n".join(lines)


def _shortened(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + "…"


def last_lines(path: Path, count: int = 15) -> list[str]:
    """The last lines of a log. Empty if there is no log. Reads at most 16 KB."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 16_384))
            return file.read().decode("utf-8", "replace").splitlines()[-count:]
    except OSError:
        return []
