"""Events about stored files."""

from uuid import UUID

from app.contracts.event import Event


class FileDamaged(Event, frozen=True, kw_only=True):
    """A stored file is missing, or has other bytes than were stored."""

    kind = "files.file_damaged"
    damage_id: UUID
    file_kind: str
    """stored_photo, stored_act_pdf …"""
    of: str
    """The number of what it belongs to, as it stands in a title: ` № 17`. May be empty."""
    subject_kind: str
    subject_id: UUID
    """What it belongs to."""


class FileRestored(Event, frozen=True, kw_only=True):
    """A file that was damaged has its bytes again."""

    kind = "files.file_restored"
    damage_id: UUID
