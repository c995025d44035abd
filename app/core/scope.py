"""Who is asking, and for which company. Every query takes one."""

from enum import StrEnum
from uuid import UUID

import msgspec


class Role(StrEnum):
    OWNER = "owner"
    SUPERVISOR = "supervisor"
    DISPATCHER = "dispatcher"
    OPERATOR = "operator"
    ACCOUNTANT = "accountant"
    MEASURER = "measurer"
    INSTALLER = "installer"
    SERVICE_MASTER = "service_master"
    FOREMAN = "foreman"
    SUBCONTRACTOR = "subcontractor"


OFFICE_ROLES = frozenset({Role.OWNER, Role.SUPERVISOR, Role.DISPATCHER, Role.OPERATOR, Role.ACCOUNTANT})
WORKER_ROLES = frozenset(
    {Role.MEASURER, Role.INSTALLER, Role.SERVICE_MASTER, Role.FOREMAN, Role.SUBCONTRACTOR}
)


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """One person of one company. A worker's `user_id` is his `worker_id`."""

    company_id: UUID
    user_id: UUID
    roles: frozenset[Role]
    lang: str = "ru"
    """In which he is answered: the one his request prefers, or else his own."""
    device_id: UUID | None = None

    @property
    def is_office(self) -> bool:
        """People of the office see every job of the company, workers only their own."""
        return not self.roles.isdisjoint(OFFICE_ROLES)
