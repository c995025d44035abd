"""Two cards of one client become one, and two again if that was wrong.

A merge moves contacts and sites and sets a pointer. What happened to the client keeps the card it happened to: whoever
reads it goes over all cards of the client.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified

from app.clients.cards.service import ClientArchived, ClientNotFound
from app.clients.consents.merged import keep_wishes, restrict
from app.clients.consents.stops import contacts_came, contacts_left, lock_values
from app.clients.merging import policies, queries
from app.clients.merging.policies import COUNTERPARTY, CardState, Conflict
from app.clients.merging.snapshots import (
    KeptCard,
    KeptContact,
    Moved,
    Snapshot,
    fields_of,
    read_moved,
    read_snapshot,
    write,
)
from app.clients.records.models import Client, ClientContact, ClientMerge
from app.clients.records.queries import find_roots
from app.contracts.clients import ClientsMerged, ContactsChanged, MergeUndone
from app.core.errors import NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session


class MergeNotFound(NotFound):
    code = "merge_not_found"


class Undone(NamedTuple):
    """A merge that was undone, and what could not be as it was."""

    merge: ClientMerge
    conflicts: list[Conflict]


async def merge_cards(
    session: Session, scope: Scope, *, survivor_id: UUID, merged_id: UUID, reason: str, now: datetime
) -> ClientMerge:
    """Merge one card into another. The survivor gets its contacts and sites, and of all consents the strictest hold.

    Raises:
        ClientNotFound: no such client in this company.
        MergeWithItself, MergeCircle, AlreadyMerged, ClientArchived: the cards cannot be merged.
    """
    survivor, merged = await _lock_both(session, scope.company_id, survivor_id, merged_id)
    contacts = await queries.find_contacts_of(session, scope.company_id, [survivor.id, merged.id])
    sites = await queries.find_sites_of(session, scope.company_id, [survivor.id, merged.id])
    cards = await queries.find_merged_into(session, scope.company_id, merged.id)
    kept = [
        KeptCard.of(
            card,
            [one for one in contacts if one.client_id == card.id],
            [one for one in sites if one.client_id == card.id],
        )
        for card in (survivor, merged)
    ]
    merge = ClientMerge(
        company_id=scope.company_id,
        id=uuid7(),
        survivor_id=survivor.id,
        merged_id=merged.id,
        reason=reason,
        merged_by=scope.user_id,
        merged_at=now,
        snapshot=write(Snapshot(survivor=kept[0], merged=kept[1])),
        moved={},
        undo_until=now + policies.UNDO_WITHIN,
    )
    came = await _give_contacts(session, survivor, contacts)
    left = [one.id for one in sites if one.client_id == merged.id]
    await queries.move_sites(session, scope.company_id, left, merged.id, survivor.id)
    merge.moved = write(Moved(contacts=came, sites=left, cards=[card.id for card in cards]))
    for card in (merged, *cards):
        card.merged_into = survivor.id
    both = policies.counterparty_of_both(kept[0].counterparty(), kept[1].counterparty())
    for kind, is_of_it in both.items():
        setattr(survivor, kind, is_of_it)
    session.add(merge)
    _new_version(survivor)
    await session.flush()
    await restrict(session, scope.company_id, survivor.id, merge.id, now=now)
    await keep_wishes(session, scope.company_id, of=merged.id, at=survivor.id)
    await _announce_merge(session, merge)
    return merge


async def _lock_both(
    session: Session, company_id: UUID, survivor_id: UUID, merged_id: UUID
) -> tuple[Client, Client]:
    with_it = await queries.find_cards_into(session, company_id, merged_id)
    locked = await queries.lock_cards(session, company_id, [survivor_id, merged_id, *with_it])
    for card_id in (survivor_id, merged_id):
        if card_id not in locked:
            raise ClientNotFound(client_id=card_id)
    survivor, merged = locked[survivor_id], locked[merged_id]
    policies.check_merge(
        CardState(survivor.id, survivor.merged_into), CardState(merged.id, merged.merged_into)
    )
    for card in (survivor, merged):
        if card.archived_at is not None:
            raise ClientArchived(client_id=card.id)
    return survivor, merged


async def _give_contacts(session: Session, survivor: Client, contacts: Sequence[ClientContact]) -> list[UUID]:
    """Move the contacts of the merged card, and remove those that the survivor has too. Returns what moved."""
    own = [one for one in contacts if one.client_id == survivor.id]
    known = {KeptContact.of(one).key for one in own}
    has_primary = {one.kind for one in own if one.is_primary}
    moved = []
    for one in contacts:
        if one.client_id == survivor.id:
            continue
        if KeptContact.of(one).key in known:
            await session.delete(one)
            continue
        one.client_id = survivor.id
        one.is_primary = one.is_primary and one.kind not in has_primary
        moved.append(one.id)
    await session.flush()
    return moved


def _return_counterparty(root: Client, snapshot: Snapshot) -> None:
    """What the survivor is of only because of the other card, he is no longer, unless somebody has changed it since."""
    both = {kind: getattr(root, kind) for kind in COUNTERPARTY}
    if both == policies.counterparty_of_both(
        snapshot.survivor.counterparty(), snapshot.merged.counterparty()
    ):
        for kind, was in snapshot.survivor.counterparty().items():
            setattr(root, kind, was)


def _new_version(client: Client) -> None:
    flag_modified(client, "name")


async def _announce_merge(session: Session, merge: ClientMerge) -> None:
    cards = {"survivor_id": merge.survivor_id, "merged_id": merge.merged_id}
    await announce(
        session,
        merge.company_id,
        ClientsMerged(merge_id=merge.id, **cards),
        *(ContactsChanged(client_id=card) for card in cards.values()),
    )


async def undo_merge(session: Session, scope: Scope, *, merge_id: UUID, reason: str, now: datetime) -> Undone:
    """Make two cards of one again. What was changed since is not undone: it is named as a conflict.

    Raises:
        MergeNotFound: no such merge in this company.
        MergeUndoneAlready, MergeTooOld: it cannot be undone any more.
    """
    merge = await queries.get_merge(session, scope.company_id, merge_id, lock=True)
    if merge is None:
        raise MergeNotFound
    policies.check_undo(undone_at=merge.undone_at, undo_until=merge.undo_until, now=now)
    snapshot, moved = read_snapshot(merge.snapshot), read_moved(merge.moved)
    await lock_values(session, scope.company_id, [one.value for one in snapshot.merged.contacts])
    root, merged, others = await _lock_for_undo(session, merge, moved)
    going = await _part(session, merge, others)
    conflicts = await _changes_since(session, merge, root, snapshot)
    held = await queries.find_contacts_of(session, scope.company_id, [root.id])
    had = {(one.kind, one.value) for one in held}
    kept = [one for one in snapshot.merged.contacts if one.id in going.things]
    conflicts += await _return_contacts(session, root, merged, kept)
    sites = [one for one in moved.sites if one in going.things]
    conflicts += await _return_sites(session, root, merged, snapshot.merged, sites)
    merged.merged_into = None
    if root.id == merge.survivor_id:
        _return_counterparty(root, snapshot)
    for card in going.cards:
        card.merged_into = merged.id
    merge.undone_at, merge.undone_by, merge.undo_reason = now, scope.user_id, reason
    merge.undo_conflicts = [one._asdict() for one in conflicts]
    _new_version(root)
    await session.flush()
    await _follow_contacts(session, root, merged, had, now=now)
    await keep_wishes(session, scope.company_id, of=root.id, at=merged.id)
    await _announce_undo(session, merge)
    return Undone(merge, conflicts)


async def _lock_for_undo(
    session: Session, merge: ClientMerge, moved: Moved
) -> tuple[Client, Client, list[Client]]:
    """The surviving card of today, the merged one, and the cards that came with it.

    All are locked at once, in the order of their ids. If the survivor was merged meanwhile, the new one is looked for.
    """
    company_id, named = merge.company_id, [merge.survivor_id, merge.merged_id, *moved.cards]
    root_id = (await find_roots(session, company_id, [merge.survivor_id]))[merge.survivor_id]
    while True:
        locked = await queries.lock_cards(session, company_id, [*named, root_id])
        survivor = locked[merge.survivor_id]
        root_id = survivor.merged_into or survivor.id
        if root_id in locked:
            return locked[root_id], locked[merge.merged_id], [locked[card] for card in moved.cards]


class Parting(NamedTuple):
    """What leaves a client when a merge is undone."""

    cards: list[Client]
    """Of those that came with the merged card."""
    things: set[UUID]
    """Contacts and sites."""


async def _part(session: Session, merge: ClientMerge, others: Sequence[Client]) -> Parting:
    """Cards go where merges that still stand lead them, and what first was on a card goes with it.

    A card whose own merge was undone may have been merged anew, also into the survivor: it stays where it was put last.
    """
    cards = [merge.merged_id, *(card.id for card in others)]
    merges = await queries.find_merges_of(session, merge.company_id, cards)
    into = {one.merged_id: one.survivor_id for one in merges if one.undone_at is None}
    going = {card for card in cards if policies.belongs_to(card, merge.merged_id, into)}
    first_on: dict[UUID, UUID] = {}
    for one in merges:
        snapshot = read_snapshot(one.snapshot)
        for card in (snapshot.survivor, snapshot.merged):
            for thing in (*(one.id for one in card.contacts), *(one.id for one in card.sites)):
                first_on.setdefault(thing, card.id)
    things = {thing for thing, card in first_on.items() if card in going}
    return Parting([card for card in others if card.id in going], things)


async def _changes_since(
    session: Session, merge: ClientMerge, root: Client, snapshot: Snapshot
) -> list[Conflict]:
    """What the survivor got since, which stays with him."""
    if root.id != merge.survivor_id:
        return []
    contacts = await queries.find_contacts_of(session, merge.company_id, [root.id])
    sites = await queries.find_sites_of(session, merge.company_id, [root.id])
    both = (snapshot.survivor, snapshot.merged)
    return [
        *policies.changed_fields(snapshot.survivor.fields(), fields_of(root)),
        *policies.added(
            "contact_added",
            [one.id for one in contacts],
            [one.id for card in both for one in card.contacts],
        ),
        *policies.added(
            "site_added", [one.id for one in sites], [one.id for card in both for one in card.sites]
        ),
    ]


async def _return_contacts(
    session: Session, root: Client, merged: Client, kept: Sequence[KeptContact]
) -> list[Conflict]:
    """Give the merged card back what it had, as far as the client still has it."""
    conflicts: list[Conflict] = []
    now_held = await queries.find_contacts_of(session, root.company_id, [root.id])
    by_id = {one.id: one for one in now_held}
    keys = {KeptContact.of(one).key for one in now_held}
    elsewhere = await queries.find_contact_ids(session, root.company_id, [one.id for one in kept])
    for one in kept:
        if row := by_id.get(one.id):
            row.client_id, row.is_primary = merged.id, one.is_primary
        elif one.id in elsewhere:
            continue  # another merge of his was undone, and it went with that card
        elif one.key in keys:
            conflicts += await _make_again(session, merged, one)
        else:
            conflicts.append(Conflict("contact_removed", str(one.id)))
    await session.flush()
    for card in (root, merged):
        await _name_primary(session, card)
    return conflicts


async def _make_again(session: Session, merged: Client, kept: KeptContact) -> list[Conflict]:
    """A contact that both cards had. If somebody has it for himself meanwhile, both share it."""
    taken = not kept.is_shared and await queries.is_held_alone(
        session, merged.company_id, kind=kept.kind, value=kept.value, extension=kept.extension
    )
    session.add(
        ClientContact(
            company_id=merged.company_id,
            id=kept.id,
            client_id=merged.id,
            kind=kept.kind,
            value=kept.value,
            extension=kept.extension,
            is_primary=kept.is_primary,
            is_shared=kept.is_shared or taken,
            is_for_sms=kept.is_for_sms,
        )
    )
    return [Conflict("contact_taken", str(kept.id))] if taken else []


async def _name_primary(session: Session, card: Client) -> None:
    """A card that lost its primary contact of a kind gets another one."""
    contacts = await queries.find_contacts_of(session, card.company_id, [card.id])
    for kind in ("phone", "email"):
        of_kind = [one for one in contacts if one.kind == kind]
        if of_kind and not any(one.is_primary for one in of_kind):
            of_kind[0].is_primary = True
    await session.flush()


async def _return_sites(
    session: Session, root: Client, merged: Client, kept: KeptCard, moved: Sequence[UUID]
) -> list[Conflict]:
    versions = {one.id: one.row_version for one in kept.sites}
    sites = await queries.find_sites(session, root.company_id, moved)
    still = [one for one in sites if one.client_id == root.id]
    await queries.move_sites(session, root.company_id, [one.id for one in still], root.id, merged.id)
    return [Conflict("site_changed", str(one.id)) for one in still if one.row_version != versions[one.id]]


async def _follow_contacts(
    session: Session, root: Client, merged: Client, had: set[tuple[str, str]], *, now: datetime
) -> None:
    """Consents follow the contacts: what left the survivor ends there, and stops hold on the other card."""
    company_id = root.company_id
    has = {
        card.id: {
            (one.kind, one.value) for one in await queries.find_contacts_of(session, company_id, [card.id])
        }
        for card in (root, merged)
    }
    await contacts_left(session, company_id, root.id, had - has[root.id], now=now)
    await contacts_came(session, company_id, merged.id, has[merged.id])


async def _announce_undo(session: Session, merge: ClientMerge) -> None:
    cards = {"survivor_id": merge.survivor_id, "merged_id": merge.merged_id}
    await announce(
        session,
        merge.company_id,
        MergeUndone(merge_id=merge.id, **cards),
        *(ContactsChanged(client_id=card) for card in cards.values()),
    )
