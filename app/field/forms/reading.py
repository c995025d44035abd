"""The forms of visits as phones and the office see them: three statements, for one visit or for eighty."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from app.db.work import Work
from app.field.forms import queries
from app.field.forms.queries import FilledForm, RulesOfVisit, ShownVersion
from app.field.forms.schemas import StampOut, VisitFormOut, asked_at
from app.orders.api import FormVersionOut, FormWords, ProofRule, forms_in


class FormsOfVisits(NamedTuple):
    """Each version is there once, however many visits have its form."""

    by_visit: dict[UUID, list[VisitFormOut]]
    versions: list[FormVersionOut]


async def find_forms_of_visits(work: Work, visit_ids: Sequence[UUID]) -> FormsOfVisits:
    """All forms that the job types of these visits show, and those that were filled in there."""
    rules = await work.all(queries.RULES, visits=visit_ids)
    filled = await work.all(queries.FILLED, visits=visit_ids)
    named = {UUID(form_id) for one in rules for form_id in forms_in(one.rules)}
    shown = await work.all(
        queries.VERSIONS,
        forms=sorted(named | {one.form_id for one in filled}),
        versions=sorted({one.form_version_id for one in filled}),
    )
    by_visit = {one.visit_id: _forms_of(one, filled, shown) for one in rules}
    return FormsOfVisits(by_visit, _named_in(by_visit, shown))


def _named_in(
    by_visit: Mapping[UUID, Sequence[VisitFormOut]], shown: Sequence[ShownVersion]
) -> list[FormVersionOut]:
    ids = {version_id for forms in by_visit.values() for form in forms for version_id in form.version_ids}
    return [_version_out(one) for one in shown if one.id in ids]


async def find_form_versions(work: Work, version_ids: Collection[UUID]) -> list[FormVersionOut]:
    """These versions, each once. For a phone that has the forms of its visits already."""
    found = await work.all(queries.VERSIONS, forms=[], versions=sorted(set(version_ids)))
    return [_version_out(one) for one in found]


def _version_out(shown: ShownVersion) -> FormVersionOut:
    fields = {name: getattr(shown, name) for name in FormVersionOut.__struct_fields__}
    return msgspec.convert(fields, FormVersionOut)


def _forms_of(
    visit: RulesOfVisit, filled: Sequence[FilledForm], shown: Sequence[ShownVersion]
) -> list[VisitFormOut]:
    """In the order of the rules, then those that no rule names any more."""
    here = {one.form_id: one for one in filled if one.visit_id == visit.visit_id}
    rules = msgspec.convert(visit.rules, list[ProofRule])
    asked = [UUID(form_id) for form_id in forms_in(visit.rules)]
    newest = {one.form_id: one for one in shown if one.is_newest}
    versions = {one.id: one for one in shown}
    forms = []
    for form_id in [*asked, *(form_id for form_id in here if form_id not in asked)]:
        answers = here.get(form_id)
        version = versions[answers.form_version_id] if answers else newest.get(form_id)
        if version is not None:
            forms.append(_form_out(version, answers, newest.get(form_id), rules))
    return forms


def _form_out(
    version: ShownVersion,
    filled: FilledForm | None,
    newest: ShownVersion | None,
    rules: Sequence[ProofRule],
) -> VisitFormOut:
    return VisitFormOut(
        form_id=version.form_id,
        code=version.code,
        name=msgspec.convert(version.name, FormWords),
        asked=asked_at(rules, version.form_id),
        form_version_id=version.id,
        newest_version_id=newest.id if newest else None,
        answers=filled.answers if filled else {},
        stamps=msgspec.convert(filled.stamps, dict[str, StampOut]) if filled else {},
        is_complete=filled.is_complete if filled else False,
        version=filled.row_version if filled else 0,
    )
