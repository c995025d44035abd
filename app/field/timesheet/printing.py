"""Working time as a workbook for payroll."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.i18n import text
from app.core.sheets import Cell, Column, Table
from app.field.timesheet.policies import Day, TimeKind

Sheets = Mapping[UUID, Sequence[Day]]
KINDS = (TimeKind.TRAVEL, TimeKind.WORK, TimeKind.PAUSE)


def payroll_tables(sheets: Sheets, names: Mapping[UUID, str], zone: ZoneInfo, lang: str) -> list[Table]:
    """Three sheets: worker by day, the sums by worker, and what has not ended. Times are those of the zone."""
    ordered = sorted(sheets.items(), key=lambda one: (names.get(one[0], ""), one[0]))
    by_name = {names.get(worker, str(worker)) + _mark(worker, names): days for worker, days in ordered}
    return [
        Table(_title("days", lang), _columns(lang, "worker", "day"), _rows_by_day(by_name)),
        Table(_title("workers", lang), _columns(lang, "worker"), _rows_by_worker(by_name)),
        Table(_title("unended", lang), _unended_columns(lang), _rows_unended(by_name, zone, lang)),
    ]


def _mark(worker: UUID, names: Mapping[UUID, str]) -> str:
    """Two workers of the same name are told apart by the end of their ids."""
    is_shared = list(names.values()).count(names.get(worker, "")) > 1
    return f" ({worker.hex[-4:]})" if is_shared else ""


def _title(key: str, lang: str) -> str:
    return text(lang, "timesheet", key)


def _columns(lang: str, *first: str) -> list[Column]:
    keys = (*first, *KINDS, "total", "overlap", "corrected", "open")
    return [Column(_title(key, lang), 32 if key == "worker" else 14) for key in keys]


def _unended_columns(lang: str) -> list[Column]:
    return [
        Column(_title(key, lang), 38 if key in ("worker", "visit") else 20)
        for key in ("worker", "doing", "since", "ended", "visit")
    ]


def _rows_by_day(sheets: Mapping[str, Sequence[Day]]) -> Iterator[list[Cell]]:
    for name, days in sheets.items():
        for day in days:
            if day.stretches or day.unended:
                yield [name, day.day, *_figures([day])]


def _rows_by_worker(sheets: Mapping[str, Sequence[Day]]) -> Iterator[list[Cell]]:
    for name, days in sheets.items():
        yield [name, *_figures(days)]


def _figures(days: Sequence[Day]) -> list[Cell]:
    travel, work, pause = (sum((day.total(kind) for day in days), timedelta()) for kind in KINDS)
    overlap = sum((day.overlap for day in days), timedelta())
    corrected = sum((one.length for day in days for one in day.stretches if one.correction_id), timedelta())
    open_ = sum(len(day.unended) for day in days)
    return [travel, work, pause, travel + work, overlap, corrected, open_]


def _rows_unended(sheets: Mapping[str, Sequence[Day]], zone: ZoneInfo, lang: str) -> Iterator[list[Cell]]:
    for name, days in sheets.items():
        for one in (one for day in days for one in day.unended):
            ended = _on_clock(one.ended_at, zone) if one.ended_at else None
            yield [name, _title(one.kind, lang), _on_clock(one.since, zone), ended, str(one.visit_id)]


def _on_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)
