from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, DateTime, Integer, Text, Uuid, bindparam, column, func, select

from app.db.query import Query


class PersonNow(NamedTuple):
    """What is true of a person at this moment, whatever his token says."""

    session_version: int
    is_active: bool
    roles: list[str]
    lang: str
    ended_families: list[UUID]
    """The sessions that were ended after `ended_after`."""


PERSON_NOW = Query(
    select(
        func.person_now(
            bindparam("company", type_=Uuid),
            bindparam("user", type_=Uuid),
            bindparam("ended_after", type_=DateTime(timezone=True)),
        ).table_valued(
            column("session_version", Integer),
            column("is_active", Boolean),
            column("roles", ARRAY(Text)),
            column("lang", Text),
            column("ended_families", ARRAY(Uuid)),
        )
    ),
    PersonNow,
)
"""Asks a function that looks across companies, because every request asks this and a transaction costs more."""
