from app.core.i18n import Lang
from app.http.schemas import In, Out, Text
from app.identity.companies.schemas import CompanyOut, Timezone
from app.identity.devices.schemas import DeviceIn
from app.identity.registration.service import Owner
from app.identity.sessions.keeping import MayKeep
from app.identity.sessions.schemas import TokensOut
from app.identity.users.schemas import Email, NewPassword


class OwnerIn(In):
    name: Text
    email: Email
    password: NewPassword


class RegisterCompany(MayKeep):
    name: Text
    """As clients know it; it stands in their SMS."""
    owner: OwnerIn
    timezone: Timezone = "Europe/Moscow"
    lang: Lang = "ru"
    device: DeviceIn | None = None

    def owner_of(self) -> Owner:
        return Owner(self.owner.name, self.owner.email, self.owner.password)


class RegisteredOut(Out):
    """The company, and its owner signed in."""

    company: CompanyOut
    tokens: TokensOut
