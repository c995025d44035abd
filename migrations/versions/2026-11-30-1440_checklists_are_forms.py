"""Checklists become forms, and what a job type asked for becomes proof rules.

Each checklist that a job type has, had, or that somebody answered becomes a version of one form, by the name that phones
know. The checklist of today becomes a version once more, by the name that forms have; that one is published. Answers
keep their version, author and times.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import rows_of_every_company, separate_companies

revision = "0052_checklists_are_forms"
down_revision = "0051_track_view"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
ANSWERS_AT_ONCE = 500


def upgrade() -> None:
    op.create_table(
        "visit_form",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("form_version_id", sa.Uuid(), nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("stamps", JSONB, nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        *(_belongs_to("visit_form", table) for table in ("visit", "form", "form_version")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_visit_form")),
        sa.UniqueConstraint(
            "company_id", "visit_id", "form_id", name=op.f("uq_visit_form__company_id_visit_id_form_id")
        ),
    )
    op.create_table(
        "form_answer",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("form_version_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("written", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        *(_belongs_to("form_answer", table) for table in ("visit", "form", "form_version")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_form_answer")),
    )
    op.create_index("ix_form_answer__visit", "form_answer", ["company_id", "visit_id", "form_id", "id"])
    separate_companies("visit_form")
    separate_companies("form_answer", grants="SELECT, INSERT")
    moved = ("job_type", "job", "visit", "old_checklist", "checklist_answer")
    with rows_of_every_company(*moved, "form", "form_version", "visit_form", "form_answer"):
        _move_everything()
    op.drop_table("checklist_answer")
    op.drop_table("old_checklist")
    op.drop_column("job_type", "checklist")


def _belongs_to(table: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["company_id", f"{other}_id"],
        [f"{other}.company_id", f"{other}.id"],
        name=op.f(f"fk_{table}__company_id_{other}_id"),
    )


def _rows(statement: str, **values: Any) -> Sequence[Any]:
    return op.get_bind().execute(sa.text(statement), values).fetchall()


def _json(value: Any) -> Any:
    """A statement that is only text answers JSON as text."""
    return msgspec.json.decode(value) if isinstance(value, str) else value


def _insert(table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        op.get_bind().execute(sa.insert(_stored(table)), rows)


@cache
def _stored(table: str) -> sa.Table:
    return sa.Table(table, sa.MetaData(), autoload_with=op.get_bind(), resolve_fks=False)


def _move_everything() -> None:
    for company_id, job_type_id, code, name, checklist, proofs in _rows(
        "SELECT company_id, id, code, name, checklist, proofs FROM job_type ORDER BY company_id, id"
    ):
        form_id = _move_checklist(company_id, job_type_id, code, name, _json(checklist))
        rules = _rules_of(_json(proofs), form_id)
        op.get_bind().execute(
            sa.text(
                "UPDATE job_type SET proofs = CAST(:rules AS jsonb) WHERE company_id = :company AND id = :job_type"
            ),
            {"rules": msgspec.json.encode(rules).decode(), "company": company_id, "job_type": job_type_id},
        )


class Version(msgspec.Struct):
    """A version of a form that is being made of checklists."""

    id: UUID
    name: str
    questions: list[dict[str, Any]]
    published_at: Any


def _move_checklist(
    company_id: UUID, job_type_id: UUID, code: str, name: str, checklist: list[dict[str, Any]]
) -> UUID | None:
    """Make the form of a job type with its versions and answers. None: it never asked anything."""
    versions = _versions_of(company_id, job_type_id, checklist)
    if not versions:
        return None
    form_id = uuid4()
    draft = _definition(versions[-1].questions)
    current = Version(uuid4(), _hash(draft), versions[-1].questions, versions[-1].published_at)
    form = {
        "company_id": company_id,
        "id": form_id,
        "code": code,
        "name": {"ru": f"Чек-лист: {name}"[:200]},
        "draft": draft,
        "published_number": len(versions) + 1,
        "published_version": current.name,
    }
    _insert("form", [form])
    _insert(
        "form_version",
        [
            _version_row(company_id, form_id, number, one)
            for number, one in enumerate([*versions, current], 1)
        ],
    )
    _move_answers(company_id, job_type_id, form_id, {one.name: one for one in versions})
    return form_id


def _versions_of(company_id: UUID, job_type_id: UUID, checklist: list[dict[str, Any]]) -> list[Version]:
    """Every list of questions once, the oldest first, the present one last. Empty lists asked nothing."""
    met = _rows(
        """
        SELECT form, created_at AS at FROM old_checklist WHERE company_id = :company AND job_type_id = :job_type
        UNION ALL
        SELECT answer.form, answer.answered_at FROM checklist_answer answer
        JOIN visit ON visit.company_id = answer.company_id AND visit.id = answer.visit_id
        JOIN job ON job.company_id = visit.company_id AND job.id = visit.job_id
        WHERE answer.company_id = :company AND job.job_type_id = :job_type
        ORDER BY at
        """,
        company=company_id,
        job_type=job_type_id,
    )
    now = _rows("SELECT now()")[0][0]
    versions: dict[str, Version] = {}
    for asked, at in [*met, (checklist, now)]:
        if questions := _json(asked):
            versions.setdefault(_hash(questions), Version(uuid4(), _hash(questions), questions, at))
    if checklist and (present := versions.pop(_hash(checklist), None)):
        versions[present.name] = present
    return list(versions.values())


def _version_row(company_id: UUID, form_id: UUID, number: int, version: Version) -> dict[str, Any]:
    definition = _definition(version.questions)
    return {
        "company_id": company_id,
        "id": version.id,
        "form_id": form_id,
        "number": number,
        "version": version.name,
        "schema": _whole(definition["schema"]),
        "ui": definition["ui"],
        "published_at": version.published_at,
        "published_by": None,
    }


def _hash(value: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()[:16]


def _definition(questions: list[dict[str, Any]]) -> dict[str, Any]:
    """Questions as the draft of a form: see `app.orders.forms`, as it was then."""
    properties = {one["code"]: _field(one) for one in questions}
    return {
        "schema": {
            "type": "object",
            "properties": properties,
            "required": [one["code"] for one in questions if one.get("required")],
        },
        "ui": {
            "order": list(properties),
            "fields": {one["code"]: {"label": {"ru": one["title"]}} for one in questions},
        },
    }


def _field(question: dict[str, Any]) -> dict[str, Any]:
    match question["kind"]:
        case "yes_no":
            return {"type": "boolean"}
        case "number":
            return {"type": "number"}
        case "choice":
            return {"type": "string", "enum": list(dict.fromkeys(question.get("choices") or ()))}
    return {"type": "string"}


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    limits = {
        "number": {"minimum": -(10**12), "maximum": 10**12},
        "string": {"minLength": 1, "maxLength": 2000, "pattern": r"\S"},
    }
    properties = {
        code: field if "enum" in field else limits.get(field["type"], {}) | field
        for code, field in schema["properties"].items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": schema["required"],
    }


def _move_answers(company_id: UUID, job_type_id: UUID, form_id: UUID, versions: dict[str, Version]) -> None:
    """All answers as history; the newest of each visit is how the form is filled in."""
    for answers in _answers_of(company_id, job_type_id):
        _insert("form_answer", [_answer_row(one, form_id, versions[_hash(one.form)]) for one in answers])
        newest = {one.visit_id: one for one in answers}
        _insert(
            "visit_form",
            [_filled_row(one, form_id, versions[_hash(one.form)]) for one in newest.values()],
        )


def _answers_of(company_id: UUID, job_type_id: UUID) -> Iterator[list["Answer"]]:
    """The answers of some visits, by id, so that the newest of a visit comes last."""
    visits = _rows(
        """
        SELECT DISTINCT visit.id FROM checklist_answer answer
        JOIN visit ON visit.company_id = answer.company_id AND visit.id = answer.visit_id
        JOIN job ON job.company_id = visit.company_id AND job.id = visit.job_id
        WHERE answer.company_id = :company AND job.job_type_id = :job_type
        """,
        company=company_id,
        job_type=job_type_id,
    )
    for start in range(0, len(visits), ANSWERS_AT_ONCE):
        some = [one[0] for one in visits[start : start + ANSWERS_AT_ONCE]]
        found = _rows(
            """
            SELECT id, visit_id, author_id, form, answers, answered_at, created_at FROM checklist_answer
            WHERE company_id = :company AND visit_id = ANY(:visits) ORDER BY id
            """,
            company=company_id,
            visits=some,
        )
        read = (Answer(company_id, *one[:3], _json(one[3]), _json(one[4]), *one[5:]) for one in found)
        yield [one for one in read if one.form]


class Answer(NamedTuple):
    """A filled-in checklist."""

    company_id: UUID
    id: UUID
    visit_id: UUID
    author_id: UUID
    form: list[dict[str, Any]]
    answers: dict[str, Any]
    answered_at: datetime
    created_at: datetime


def _answer_row(answer: Answer, form_id: UUID, version: Version) -> dict[str, Any]:
    return {
        "company_id": answer.company_id,
        "id": answer.id,
        "visit_id": answer.visit_id,
        "form_id": form_id,
        "form_version_id": version.id,
        "author_id": answer.author_id,
        "device_id": None,
        "answers": answer.answers,
        "written": sorted(answer.answers),
        "answered_at": answer.answered_at,
        "received_at": answer.created_at,
    }


def _filled_row(answer: Answer, form_id: UUID, version: Version) -> dict[str, Any]:
    """Answers were judged as a whole, so it is complete."""
    stamp = {
        "at": answer.answered_at.isoformat(),
        "author_id": str(answer.author_id),
        "device_id": None,
        "device_seq": None,
    }
    given = {code: value for code, value in answer.answers.items() if value is not None}
    return {
        "company_id": answer.company_id,
        "id": uuid4(),
        "visit_id": answer.visit_id,
        "form_id": form_id,
        "form_version_id": version.id,
        "answers": given,
        "stamps": dict.fromkeys(given, stamp),
        "is_complete": True,
    }


def _rules_of(proofs: dict[str, Any], form_id: UUID | None) -> list[dict[str, Any]]:
    """`{"photos": 2, "act": true}` as rules of the end of a visit. A checklist that is not asked for is shown."""
    rules = []
    for proof in ("photos", "photo_act", "measurement", "act"):
        if count := int(proofs.get(proof) or 0):
            rules.append({"proof": proof, "stage": "complete", "level": "required"})
            if count > 1:
                rules[-1]["at_least"] = count
    if form_id is not None:
        level = "required" if proofs.get("checklist") else "off"
        rules.append({"proof": "form", "stage": "complete", "level": level, "form_id": str(form_id)})
    return rules


def downgrade() -> None:
    """The tables and columns of before, empty: the forms and their answers are gone."""
    op.add_column("job_type", sa.Column("checklist", JSONB, nullable=False, server_default="[]"))
    op.alter_column("job_type", "checklist", server_default=None)
    with rows_of_every_company("job_type"):
        op.execute("UPDATE job_type SET proofs = '{}'")
    op.create_table(
        "checklist_answer",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("form", JSONB, nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _belongs_to("checklist_answer", "visit"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_checklist_answer")),
    )
    op.create_index("ix_checklist_answer__visit", "checklist_answer", ["company_id", "visit_id", "id"])
    op.create_table(
        "old_checklist",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_type_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("form", JSONB, nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _belongs_to("old_checklist", "job_type"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_old_checklist")),
    )
    op.create_index("ix_old_checklist__job_type", "old_checklist", ["company_id", "job_type_id", "id"])
    separate_companies("checklist_answer", grants="SELECT, INSERT")
    separate_companies("old_checklist", grants="SELECT, INSERT")
    op.drop_table("form_answer")
    op.drop_table("visit_form")
