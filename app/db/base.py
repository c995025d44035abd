"""What the tables have in common: company, id, version, names of constraints."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, DateTime, ForeignKeyConstraint, MetaData, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from app.core.ids import uuid7

NAMES = {
    "ix": "ix_%(table_name)s__%(column_0_N_name)s",
    "uq": "uq_%(table_name)s__%(column_0_N_name)s",
    "ck": "ck_%(table_name)s__%(constraint_name)s",
    "fk": "fk_%(table_name)s__%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
JSON_BY_MSGSPEC: dict[str, Any] = {
    "json_serializer": lambda value: msgspec.json.encode(value).decode(),
    "json_deserializer": msgspec.json.decode,
}
"""For each engine: how the values of JSONB columns are written and read."""


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        str: Text,
        list[str]: ARRAY(Text),
        list[UUID]: ARRAY(Uuid),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
    }


class OfCompany:
    """A row of one company.

    The primary key and every unique and foreign key of the table begin with the company. This lets
    the schema be distributed by company without a change.

    There is no foreign key to `company`: every insert would lock the company's row. Row-level
    security already refuses rows of another company.
    """

    company_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)


class HasId(OfCompany):
    """The usual table: (company_id, id) with a time-ordered id."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=90)


class Versioned:
    """A row that people edit.

    An UPDATE of an old version changes no row and raises `StaleDataError`. The HTTP layer answers
    that with 412.
    """

    row_version: Mapped[int] = mapped_column(server_default="1", sort_order=91)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.row_version}


def belongs_to(table: str, column: str | None = None, **options: Any) -> ForeignKeyConstraint:
    """Foreign key (company_id, `<table>_id`) to a table of the same company."""
    column = column or f"{table}_id"
    return ForeignKeyConstraint(["company_id", column], [f"{table}.company_id", f"{table}.id"], **options)
