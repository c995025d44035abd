"""Forms of the company, filled in on site and corrected by the office."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from app.core.errors import DomainError, Invalid
from app.core.ids import uuid7
from app.core.merging import Clash
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch import api as dispatch
from app.dispatch.api import AT_WORK, VisitState
from app.field.attachments.service import find_named
from app.field.forms import policies, queries
from app.field.forms.models import FormAnswer, VisitForm
from app.field.forms.policies import NOTHING_YET, Filled, Stamp, Taken
from app.field.forms.schemas import AnswerForm, CorrectForm
from app.field.visits import VisitNotAtWork
from app.http.versions import check_version
from app.orders import api as orders
from app.orders.api import FormNotFound, FormVersionFacts

FILES = ("photo", "photo_act", "measurement", "sketch")
"""Purposes of files that an answer may name."""


class FormRefused(Invalid):
    """An answer does not fit its question, there is no such question, or a finished form lacks an answer."""

    code = "form_refused"


class FormVersionUnknown(DomainError):
    """The form never had this version. Show the form again."""

    status = 422
    code = "form_version_unknown"


class FormNotAsked(DomainError):
    """The job type of this visit does not show this form, and nobody has filled it in here."""

    code = "form_not_asked"


class FormTaken(NamedTuple):
    form: VisitForm
    written: list[str]
    clashes: list[Clash]


async def answer_form(
    session: Session, scope: Scope, *, visit_id: UUID, sent: AnswerForm, now: datetime
) -> FormTaken:
    """Take answers from a phone. They are judged by the version that was shown, also if there is a newer one.

    Answers that change nothing are taken at any time, others only from on site: see `policies.is_in_time`. Half a
    form is taken too; whether it is complete is asked with `is_finished`, and by the proof rules. Whatever is taken
    stays in the history, also what newer answers have overtaken.

    Raises:
        VisitNotFound: not his visit.
        FormVersionUnknown: there was no such version.
        FormNotAsked: the job type does not show the form, and nobody has begun to fill it in.
        VisitNotAtWork: he was not on site.
        AttachmentNotFound: a file is not of this visit.
        FormRefused: lists every problem with its path.
    """
    visit = await dispatch.lock_visit(session, scope, visit_id)
    version = await orders.get_form_version(session, scope.company_id, sent.form_id, sent.version)
    if version is None:
        raise FormVersionUnknown(version=sent.version)
    form = await queries.get_visit_form(session, scope, visit_id, sent.form_id)
    if form is None:
        await _check_asked(session, scope, visit, sent.form_id)
    stamp = Stamp(sent.happened_at(now), scope.user_id, scope.device_id, sent.device_seq)
    taken = policies.take(_filled(form), sent.answers, sent.base, stamp)
    if taken.written or taken.clashes:
        _check_in_time(visit, stamp)
    _judge(version, sent.answers, taken.filled.answers if sent.is_finished else None)
    await _check_files(session, scope, visit, version, sent.answers)
    return await _keep(session, scope, visit, form, version, taken, sent=sent.answers, stamp=stamp, now=now)


async def lock_form(session: Session, scope: Scope, visit_form_id: UUID) -> VisitForm:
    """A form that somebody has filled in at a visit. The visit stays locked until COMMIT.

    Raises:
        VisitNotFound: the caller may not see the visit.
        FormNotFound: no such form.
    """
    form = await queries.get_visit_form_by_id(session, scope, visit_form_id)
    if form is None:
        raise FormNotFound(form_id=visit_form_id)
    await dispatch.lock_visit(session, scope, form.visit_id)
    await session.refresh(form)
    return form


async def correct_form(
    session: Session,
    scope: Scope,
    *,
    visit_id: UUID,
    form_id: UUID,
    correction: CorrectForm,
    if_match: str | None,
    now: datetime,
) -> FormTaken:
    """The office corrects answers that it has seen. They are judged by the version that was filled in.

    Raises:
        VisitNotFound, FormNotFound: no such visit, or no such published form.
        FormNotAsked: see `answer_form`.
        VersionRequired, VersionConflict: it has not seen the answers, or somebody has changed them since.
        AttachmentNotFound: a file is not of this visit.
        FormRefused: lists every problem with its path.
    """
    visit = await dispatch.lock_visit(session, scope, visit_id)
    form = await queries.get_visit_form(session, scope, visit_id, form_id)
    check_version(if_match, form.row_version if form else 0)
    version = await _version_to_correct(session, scope, visit, form_id, form)
    stamp = Stamp(now, scope.user_id, scope.device_id)
    before = _filled(form)
    taken = policies.take(before, correction.answers, before.answers, stamp)
    _judge(version, correction.answers, None)
    await _check_files(session, scope, visit, version, correction.answers)
    return await _keep(
        session,
        scope,
        visit,
        form,
        version,
        taken,
        sent=correction.answers,
        stamp=stamp,
        now=now,
        reason=correction.reason,
    )


async def _version_to_correct(
    session: Session, scope: Scope, visit: VisitState, form_id: UUID, form: VisitForm | None
) -> FormVersionFacts:
    if form is not None:
        version = await orders.get_version_by_id(session, scope.company_id, form.form_version_id)
    else:
        await _check_asked(session, scope, visit, form_id)
        version = await orders.get_published_version(session, scope.company_id, form_id)
    if version is None:
        raise FormNotFound(form_id=form_id)
    return version


async def _check_asked(session: Session, scope: Scope, visit: VisitState, form_id: UUID) -> None:
    """
    Raises:
        FormNotAsked: the job type of the visit does not show this form.
    """
    rules = await queries.get_rules(session, scope.company_id, visit.job_id)
    if str(form_id) not in orders.forms_in(rules):
        raise FormNotAsked(form_id=form_id)


def _check_in_time(visit: VisitState, stamp: Stamp) -> None:
    is_at_work = visit.status in AT_WORK
    if not policies.is_in_time(is_at_work=is_at_work, answered_at=stamp.at, finished_at=visit.finished_at):
        raise VisitNotAtWork(status=visit.status)


def _judge(version: FormVersionFacts, sent: dict[str, Any], whole: dict[str, Any] | None) -> None:
    """Judge what was sent, and the whole form if it is said to be finished."""
    problems = orders.find_problems_so_far(version.schema, sent, version.order)
    if not problems and whole is not None:
        problems = orders.find_problems_of_whole(version.schema, whole, version.order)
    if problems:
        raise FormRefused(errors=[problem._asdict() for problem in problems])


async def _check_files(
    session: Session, scope: Scope, visit: VisitState, version: FormVersionFacts, sent: dict[str, Any]
) -> None:
    if named := orders.files_named(version.schema, sent):
        await find_named(session, scope, named, job_id=visit.job_id, purposes=FILES)


async def _keep(
    session: Session,
    scope: Scope,
    visit: VisitState,
    form: VisitForm | None,
    version: FormVersionFacts,
    taken: Taken,
    *,
    sent: dict[str, Any],
    stamp: Stamp,
    now: datetime,
    reason: str = "",
) -> FormTaken:
    if form is None:
        form = VisitForm(company_id=scope.company_id, id=uuid7(), visit_id=visit.id, form_id=version.form_id)
        session.add(form)
    answers, stamps = taken.filled
    form.form_version_id = version.id
    form.answers = answers
    form.stamps = msgspec.to_builtins(stamps)
    form.is_complete = orders.is_form_complete(version.schema, answers)
    session.add(
        FormAnswer(
            company_id=scope.company_id,
            id=uuid7(),
            visit_id=visit.id,
            form_id=version.form_id,
            form_version_id=version.id,
            author_id=stamp.author_id,
            device_id=stamp.device_id,
            answers=sent,
            written=taken.written,
            reason=reason,
            answered_at=stamp.at,
            received_at=now,
        )
    )
    await session.flush()  # the answer carries the new version
    return FormTaken(form, taken.written, taken.clashes)


def _filled(form: VisitForm | None) -> Filled:
    if form is None:
        return NOTHING_YET
    return Filled(form.answers, msgspec.convert(form.stamps, dict[str, Stamp]))
