"""What is decided about due messages in the transaction that claims them: their text, and whether they may go now."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from app.db.work import Work
from app.notifications.channels.protocol import Channel, Letter
from app.notifications.channels.sms.segments import count_segments
from app.notifications.gate import policies as gate
from app.notifications.gate.permission import Gatekeeper, Permission, Question
from app.notifications.gate.policies import Due, Facts, Ruling
from app.notifications.gate.subjects import StillTrue, Subject
from app.notifications.kinds import is_of_product
from app.notifications.legal import LegalClass, Priority
from app.notifications.messages import policies, queries
from app.notifications.messages.changes import CLIENT
from app.notifications.messages.queries import DueMessage
from app.notifications.messages.wording import compose_letter, compose_text
from app.notifications.settings.policies import rules_of
from app.notifications.templates.composing import Written, write_from

SPREAD_S = 600
"""Advertising that waits for the same hour leaves within so many seconds after it."""


class Ready(NamedTuple):
    """A message that may go now, as it is sent."""

    due: DueMessage
    written: Written
    legal_class: LegalClass | None = None
    """None for workers."""
    letter: Letter | None = None
    version_id: UUID | None = None
    """What it was written from. None: the product's own text."""

    def values(self, *, now: datetime) -> dict[str, Any]:
        """What is kept of it beside its status."""
        one, written = self.due, self.written
        if self.legal_class is None:
            return {}
        values: dict[str, Any] = {"legal_class": self.legal_class, "let_at": now}
        if one.facts.rungs:
            values["rung_until"] = one.facts.rung_until or policies.rung_deadline(
                one.facts.rungs, one.facts.rung, now=now
            )
        if self.version_id or written.body != one.facts.body or one.facts.channel != Channel.SMS:
            values |= {"body": written.body, "segments": self._segments(), "subject": written.subject}
            values |= {"html": written.html, "template_version_id": self.version_id}
        return values

    def _segments(self) -> int:
        return count_segments(self.written.body).parts if self.due.facts.channel == Channel.SMS else 0


class Refused(NamedTuple):
    """A message that is not sent. `until`: it is looked at again then. `is_fault`: another way may do."""

    due: DueMessage
    reason: str
    until: datetime | None = None
    is_fault: bool = False


async def decide(
    work: Work,
    messages: Sequence[DueMessage],
    gatekeeper: Gatekeeper,
    still_true: Sequence[StillTrue],
    *,
    now: datetime,
) -> tuple[list[Ready], list[Refused]]:
    """Write the texts, and ask truth, consent, hours and caps. Workers are asked for no consent, and at any hour.

    Those that may go keep the order in which they were due.
    """
    drafted = {one.id: _draft(one) for one in messages}
    refused = [one for one in drafted.values() if isinstance(one, Refused)]
    drafts = {key: one for key, one in drafted.items() if isinstance(one, Ready)}
    untrue = await _untrue(work, list(drafts.values()), still_true, now=now)
    refused += [_refused(drafts.pop(message_id), ruling) for message_id, ruling in untrue.items()]
    ready = [one for one in drafts.values() if one.legal_class is None]
    to_clients = [one for one in drafts.values() if one.legal_class is not None]
    if to_clients:
        permissions = await _permissions(work, to_clients, gatekeeper, now=now)
        rulings = await _judge(work, to_clients, permissions, now=now)
        for message_id, ruling in rulings.items():
            if ruling == gate.GO:
                ready.append(_with_way_out(drafts[message_id], permissions))
            else:
                refused.append(_refused(drafts[message_id], ruling))
    places = {one.id: place for place, one in enumerate(messages)}
    return sorted(ready, key=lambda one: places[one.due.id]), refused


async def _untrue(
    work: Work, drafts: Sequence[Ready], still_true: Sequence[StillTrue], *, now: datetime
) -> dict[UUID, Ruling]:
    subjects = [_subject(one) for one in drafts]
    rulings: dict[UUID, Ruling] = {}
    for one in still_true if subjects else ():
        rulings |= await one.rule(work, subjects, now=now)
    return rulings


def _draft(one: DueMessage) -> Ready | Refused:
    if one.facts.audience != CLIENT:
        return Ready(one, Written(one.facts.body))
    try:
        written, version_id = _write(one)
    except KeyError as error:
        return Refused(one, f"words_missing: {error.args[0]}", is_fault=True)
    if written is None:
        return Refused(one, "no_text", is_fault=True)
    legal_class = one.template.legal_class if one.template else LegalClass.SERVICE
    letter = None
    if one.facts.channel == Channel.EMAIL:
        is_refusable = legal_class != LegalClass.SERVICE
        letter = Letter(subject=written.subject, html=written.html, is_refusable=is_refusable)
    return Ready(one, written, legal_class, letter, version_id)


def _write(one: DueMessage) -> tuple[Written | None, UUID | None]:
    """The company's text in the client's language, else the product's, else the company's in Russian."""
    facts, params, template = one.facts, one.params or {}, one.template
    for lang in (one.lang,) if is_of_product(facts.kind) else (one.lang, "ru"):
        if template and (found := write_from(template.content, lang, facts.channel, params)):
            return found, template.version_id
    if not is_of_product(facts.kind):
        return None, None
    if facts.channel == Channel.SMS:
        return Written(facts.body if facts.rung == 0 else compose_text(one.lang, facts.kind, params)), None
    return compose_letter(one.lang, facts.kind, params), None


def _subject(draft: Ready) -> Subject:
    facts = draft.due.facts
    legal_class = draft.legal_class or LegalClass.SERVICE
    return Subject(facts.id, facts.kind, facts.subject_kind, facts.subject_id, legal_class)


async def _permissions(
    work: Work, drafts: Sequence[Ready], gatekeeper: Gatekeeper, *, now: datetime
) -> Mapping[UUID, Permission]:
    """Service messages need none. Before the first question, other processes are kept from the same households."""
    questions = [
        Question(
            message_id=one.due.id,
            client_id=one.due.recipient_id,
            purpose=one.legal_class,
            channel=one.due.facts.channel,
            address=one.due.facts.address or one.due.facts.phone,
        )
        for one in drafts
        if one.legal_class not in (None, LegalClass.SERVICE)
    ]
    if not questions:
        return {}
    await work.rows(queries.LOCK_OF_HOUSEHOLDS)
    return await gatekeeper.answer(work, questions, now=now)


async def _judge(
    work: Work, drafts: Sequence[Ready], permissions: Mapping[UUID, Permission], *, now: datetime
) -> dict[UUID, Ruling]:
    ids = [one.due.id for one in drafts]
    people = {one.due.recipient_id for one in drafts if one.due.was_written_lately}
    for one in drafts:
        if (permission := permissions.get(one.due.id)) is not None and permission.allowed:
            people |= permission.household | {one.due.recipient_id}
    facts = Facts(rules_of(drafts[0].due.rules), permissions)
    if people:
        whose = {"people": sorted(people), "messages": ids}
        past = await work.all(queries.PAST_MESSAGES, since=now - gate.LOOK_BACK, **whose)
        rivals = await work.all(queries.RIVALS, now=now, **whose) if permissions else []
        facts = facts._replace(past=past, rivals=rivals)
    return gate.judge([_due(one) for one in drafts], facts, now=now)


def _due(draft: Ready) -> Due:
    one = draft.due
    return Due(
        message_id=one.id,
        client_id=one.recipient_id,
        legal_class=draft.legal_class or LegalClass.SERVICE,
        priority=one.template.priority if one.template else Priority.SERVICE,
        kind=one.facts.kind,
        body=draft.written.body,
        subject_id=one.facts.subject_id,
        not_after=one.facts.not_after,
        timezone=one.timezone,
        batch=one.batch,
        phone=one.facts.phone,
    )


def _with_way_out(draft: Ready, permissions: Mapping[UUID, Permission]) -> Ready:
    """An e-mail that may be refused, with the client's own link to be taken off the list."""
    if draft.letter is None or not draft.letter.is_refusable:
        return draft
    link = permissions[draft.due.id].stop_link
    return draft._replace(letter=msgspec.structs.replace(draft.letter, stop_link=link))


def _refused(draft: Ready, ruling: Ruling) -> Refused:
    until = ruling.until
    if until is not None and draft.legal_class == LegalClass.MARKETING:
        until += timedelta(seconds=draft.due.id.int % SPREAD_S)
    return Refused(draft.due, str(ruling.reason), until)
