"""What Citus refuses, told from the statements the product sends to plain PostgreSQL.

Every connection of the suite's engine is watched, so a statement is judged as soon as any test sends it,
and that test fails. What Citus says of each kind was seen on a real one (docs/adr/0001).
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import asyncpg
import sqlglot
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlglot import exp
from sqlglot.tokens import TokenType

from app.schema import metadata

COMPANY_TABLES = {table.name for table in metadata.sorted_tables if "company_id" in table.c} | {"company"}
UUID_TEXT = re.compile(r"'[0-9a-f]{8}-[0-9a-f-]{27}'")
CHANGES = (exp.Insert, exp.Update, exp.Delete)


class Functions(NamedTuple):
    """As the catalogue knows them."""

    across: frozenset[str]
    """Names of those that look across companies: they run as another role."""
    changing: frozenset[tuple[str, int]]
    """Name and number of arguments of those that are IMMUTABLE in no form."""


KEYWORDS = {("current_timestamp", 0), ("current_date", 0), ("localtimestamp", 0)}


async def read_functions(connection: asyncpg.Connection) -> Functions:
    across = await connection.fetch("SELECT proname FROM pg_proc WHERE proowner = 'brigada_due'::regrole")
    changing = await connection.fetch(
        "SELECT proname, pronargs FROM pg_proc GROUP BY 1, 2 HAVING NOT bool_or(provolatile = 'i')"
    )
    return Functions(frozenset(row[0] for row in across), frozenset(map(tuple, changing)) | KEYWORDS)


class Verdict(NamedTuple):
    offences: tuple[str, ...]
    writes: bool
    looks_across: bool


class Judge:
    """Reads statements; each text once."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self.judge: Callable[[str], Verdict] = lru_cache(maxsize=None)(self._judge)

    def _judge(self, statement: str) -> Verdict:
        try:
            tree = sqlglot.parse_one(statement, dialect="postgres")
        except sqlglot.ParseError as error:
            unread = (f"sqlglot cannot read it: {error}",) if _mentions_company_table(statement) else ()
            return Verdict(unread, writes=False, looks_across=False)
        offences = sorted(set(self._offences(tree)))
        writes = any(_table_of(change) in COMPANY_TABLES for change in tree.find_all(*CHANGES))
        return Verdict(tuple(offences), writes, bool(self._names(tree) & self._functions.across))

    def _offences(self, tree: exp.Expr) -> Iterator[str]:
        if isinstance(tree, exp.Copy):
            yield "COPY is refused under row-level security"
        called = self._names(tree)
        if any(_name(one) == "set_config" and _is_local(one) for one in tree.find_all(exp.Func)):
            yield "set_config does not reach the workers: SET LOCAL does"
        if "pg_notify" in called:
            yield "pg_notify could run on a worker, where nobody listens: app.db.wake sends NOTIFY with COMMIT"
        for change in tree.find_all(*CHANGES):
            if _table_of(change) in COMPANY_TABLES:
                yield from self._offences_of_change(change)
        for select in tree.find_all(exp.Select):
            if select.args.get("locks") and _tables(select) & COMPANY_TABLES and not _names_company(select):
                yield "FOR UPDATE must name the company"
            if any(
                _tables(inner) & COMPANY_TABLES and not _names_company(inner) for inner in _selected(select)
            ):
                yield "a SELECT among the columns, in an OR or LATERAL must name the company by its value"

    def _offences_of_change(self, change: exp.Expr) -> Iterator[str]:
        returning = change.args.get("returning")
        if returning and any(map(self._is_changing, returning.find_all(exp.Func))):
            yield "only IMMUTABLE functions may stand in RETURNING"
        if isinstance(change, exp.Insert):
            if isinstance(change.expression, exp.Select) and not change.args.get("conflict"):
                yield "INSERT ... SELECT becomes COPY, which is refused under row-level security: use VALUES"
            return
        parts = [*(change.args.get("expressions") or []), change.args.get("where")]
        for part in filter(None, parts):
            yield from self._offences_of_row(part)

    def _offences_of_row(self, part: exp.Expr) -> Iterator[str]:
        for function in part.find_all(exp.Func):
            if self._is_changing(function) and function.find(exp.Column):
                yield f"{_name(function)}() of a column is not IMMUTABLE: not in an UPDATE or DELETE"
        for sum_ in part.find_all(exp.Add, exp.Sub):
            if any(_is_interval(side) for side in sum_.find_all(exp.Interval, exp.Cast)) and sum_.find(
                exp.Column
            ):
                yield "time + interval depends on the time zone: not with columns in an UPDATE or DELETE"

    def _is_changing(self, function: exp.Func) -> bool:
        return (_name(function), len(list(function.iter_expressions()))) in self._functions.changing

    def _names(self, tree: exp.Expr) -> set[str]:
        return {_name(function) for function in tree.find_all(exp.Func)}


NAMES: dict[type[exp.Func], str] = {}
"""Of kinds of functions, as PostgreSQL knows them. To write one out takes long, and its kind decides the name."""


def _name(function: exp.Func) -> str:
    if isinstance(function, exp.Anonymous):
        return function.name.lower()
    kind = type(function)
    if kind not in NAMES:
        NAMES[kind] = function.sql(dialect="postgres").partition("(")[0].lower()
    return NAMES[kind]


def _is_local(set_config: exp.Func) -> bool:
    *_, last = set_config.iter_expressions()
    return not (isinstance(last, exp.Boolean) and not last.this)


def _mentions_company_table(statement: str) -> bool:
    """asyncpg asks the catalogue about types in ways that sqlglot does not know."""
    return not COMPANY_TABLES.isdisjoint(re.findall(r"\w+", statement))


def _table_of(change: exp.Expr) -> str:
    table = change.this.find(exp.Table)
    return table.name if table else ""


def _tables(select: exp.Select) -> set[str]:
    return {table.name for table in select.find_all(exp.Table)}


def _selected(select: exp.Select) -> Iterator[exp.Select]:
    """Scalar subqueries, EXISTS and the like that stand where columns do, in an OR, or LATERAL.

    Those that the WHERE joins by AND may compare columns: PostgreSQL turns them into joins.
    """
    where = select.args.get("where")
    laterals = [join.this for join in select.args.get("joins") or [] if isinstance(join.this, exp.Lateral)]
    for part in [*select.expressions, *(where.find_all(exp.Or) if where else ()), *laterals]:
        yield from part.find_all(exp.Select)


def _is_interval(node: exp.Expr) -> bool:
    return isinstance(node, exp.Interval) or node.to.this == exp.DataType.Type.INTERVAL  # type: ignore[attr-defined]


def _names_company(select: exp.Select) -> bool:
    """Whether a comparison with one value narrows it to a company."""
    return any(
        isinstance(column, exp.Column)
        and (column.name == "company_id" or (column.name == "id" and "company" in _tables(select)))
        and not value.find(exp.Column)
        for equals in select.find_all(exp.EQ)
        for column, value in ((equals.left, equals.right), (equals.right, equals.left))
    )


class Watcher:
    """Follows one connection: what is refused may depend on what its transaction has done before."""

    def __init__(self, judge: Judge, offences: list[str]) -> None:
        self._judge = judge
        self._offences = offences
        self.begin_anew()

    def begin_anew(self) -> None:
        self._has_written = False

    def __call__(self, sent: str) -> None:
        for statement in _statements(UUID_TEXT.sub("'00000000-0000-0000-0000-000000000000'", sent)):
            self.hear(statement)

    def hear(self, statement: str) -> None:
        first = statement.split(maxsplit=1)[0].upper().rstrip(";")
        if first in ("BEGIN", "COMMIT", "ROLLBACK") and " TO " not in statement.upper():
            self.begin_anew()
        if first not in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "COPY"):
            return
        verdict = self._judge.judge(statement)
        self._offences += [f"{one}\n{statement}" for one in verdict.offences]
        if verdict.looks_across and self._has_written:
            self._offences.append(
                f"no look across companies after a write in the same transaction\n{statement}"
            )
        self._has_written |= verdict.writes


def _statements(text: str) -> list[str]:
    if ";" not in text:
        return [text]
    tokens = sqlglot.tokenize(text, dialect="postgres")
    ends = [token.start for token in tokens if token.token_type == TokenType.SEMICOLON]
    starts = [0, *(end + 1 for end in ends)]
    parts = [text[start:end].strip() for start, end in zip(starts, [*ends, len(text)], strict=True)]
    return [part for part in parts if part]


def watch(engine: AsyncEngine, judge: Judge, offences: list[str]) -> None:
    """Have `offences` filled by all that is sent on the engine's connections from now on."""

    def connected(pooled: Any, record: Any) -> None:
        record.info["watcher"] = watcher = Watcher(judge, offences)
        pooled.driver_connection.add_query_logger(lambda sent: watcher(sent.query))

    def prepared(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """asyncpg does not log what SQLAlchemy has it prepare."""
        connection.info["watcher"](statement)

    def taken(_pooled: Any, record: Any, _proxy: Any) -> None:
        """asyncpg logs a moment later, so the COMMIT of whoever had it before may not have been heard yet."""
        record.info["watcher"].begin_anew()

    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "checkout", taken)
    event.listen(engine.sync_engine, "before_cursor_execute", prepared)
