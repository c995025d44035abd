"""Working time as a workbook for payroll."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.i18n import text
from app.core.sheets import Cell, Column, Table, make_workbook
from app.field.timesheet.policies import Day, TimeKind
from app.field.timesheet.service import Payroll, PayrollFacts, count_payroll

KINDS = (TimeKind.TRAVEL, TimeKind.WORK, TimeKind.PAUSE)
FIGURES = (*KINDS, "total", "mileage", "overlap", "corrected", "open")
M_PER_KM = 1000


class _Sheet(NamedTuple):
    """A worker's days, as they are printed."""

    name: str
    days: Sequence[Day]
    mileage_m: Mapping[date, int]
    """Of the days of which there are positions."""


def make_payroll(facts: PayrollFacts, lang: str) -> bytes:
    """Count everybody's days and write the workbook. For a thread, with no transaction open."""
    return make_workbook(payroll_tables(count_payroll(facts), lang))


def payroll_tables(payroll: Payroll, lang: str) -> list[Table]:
    """Three sheets: worker by day, the sums by worker, and what has not ended. Times are those of the zone."""
    sheets = _sheets(payroll)
    return [
        Table(_title("days", lang), _columns(lang, "worker", "day"), _rows_by_day(sheets)),
        Table(_title("workers", lang), _columns(lang, "worker"), _rows_by_worker(sheets)),
        Table(_title("unended", lang), _unended_columns(lang), _rows_unended(sheets, payroll.zone, lang)),
    ]


def _sheets(payroll: Payroll) -> list[_Sheet]:
    mileage: dict[UUID, dict[date, int]] = {worker: {} for worker in payroll.sheets}
    for one in payroll.mileage:
        mileage[one.worker_id][one.day] = one.distance_m
    names = payroll.names
    ordered = sorted(payroll.sheets, key=lambda worker: (names.get(worker, ""), worker))
    return [_Sheet(_name(worker, names), payroll.sheets[worker], mileage[worker]) for worker in ordered]


def _name(worker: UUID, names: Mapping[UUID, str]) -> str:
    """Two workers of the same name are told apart by the end of their ids."""
    name = names.get(worker, str(worker))
    is_shared = list(names.values()).count(name) > 1
    return f"{name} ({worker.hex[-4:]})" if is_shared else name


def _title(key: str, lang: str) -> str:
    return text(lang, "timesheet", key)


def _columns(lang: str, *first: str) -> list[Column]:
    return [Column(_title(key, lang), 32 if key == "worker" else 14) for key in (*first, *FIGURES)]


def _unended_columns(lang: str) -> list[Column]:
    return [
        Column(_title(key, lang), 38 if key in ("worker", "visit") else 20)
        for key in ("worker", "doing", "since", "ended", "visit")
    ]


def _rows_by_day(sheets: Sequence[_Sheet]) -> Iterator[list[Cell]]:
    for sheet in sheets:
        for day in sheet.days:
            if day.stretches or day.unended or day.day in sheet.mileage_m:
                yield [sheet.name, day.day, *_figures([day], sheet.mileage_m.get(day.day))]


def _rows_by_worker(sheets: Sequence[_Sheet]) -> Iterator[list[Cell]]:
    for sheet in sheets:
        yield [sheet.name, *_figures(sheet.days, sum(sheet.mileage_m.values()) if sheet.mileage_m else None)]


def _figures(days: Sequence[Day], mileage_m: int | None) -> list[Cell]:
    """Mileage is in kilometres, and empty where no position says anything."""
    travel, work, pause = (sum((day.total(kind) for day in days), timedelta()) for kind in KINDS)
    overlap = sum((day.overlap for day in days), timedelta())
    corrected = sum((one.length for day in days for one in day.stretches if one.correction_id), timedelta())
    open_ = sum(len(day.unended) for day in days)
    km = None if mileage_m is None else mileage_m / M_PER_KM
    return [travel, work, pause, travel + work, km, overlap, corrected, open_]


def _rows_unended(sheets: Sequence[_Sheet], zone: ZoneInfo, lang: str) -> Iterator[list[Cell]]:
    for sheet in sheets:
        for one in (one for day in sheet.days for one in day.unended):
            ended = _on_clock(one.ended_at, zone) if one.ended_at else None
            yield [sheet.name, _title(one.kind, lang), _on_clock(one.since, zone), ended, str(one.visit_id)]


def _on_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)
