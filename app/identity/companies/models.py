from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import false, func, true
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import uuid7
from app.db.base import Base, Versioned
from app.db.card_changes import Recorded


class Company(Versioned, Base):
    """The only table whose own `id` is the id of the company."""

    __tablename__ = "company"
    __recorded__ = Recorded("company")

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str]
    legal_name: Mapped[str] = mapped_column(server_default="")
    inn: Mapped[str] = mapped_column(server_default="")
    kpp: Mapped[str] = mapped_column(server_default="")
    ogrn: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    bank_details: Mapped[str] = mapped_column(server_default="")
    """As people write it; printed on acts. Invoices take the four columns below."""
    bank_name: Mapped[str] = mapped_column(server_default="")
    bank_bic: Mapped[str] = mapped_column(server_default="")
    """BIC of the Bank of Russia, 9 digits."""
    bank_account: Mapped[str] = mapped_column(server_default="")
    """The account for payments of clients, 20 digits. Its check digit depends on the BIC."""
    bank_corr_account: Mapped[str] = mapped_column(server_default="")
    """The correspondent account of the bank, 20 digits."""
    lang: Mapped[str] = mapped_column(server_default="ru")
    timezone: Mapped[str] = mapped_column(server_default="Europe/Moscow")
    """IANA name; days, windows and dates of this company are counted in it."""
    sms_sender: Mapped[str] = mapped_column(server_default="")
    office_hours: Mapped[list[dict[str, Any]] | None]
    """When the office can answer: `[{"weekday": 1, "since": "08:00", "until": "20:00"}, …]`. Null: at any hour."""
    offers_wait_for_shifts: Mapped[bool] = mapped_column(server_default=false())
    """The time to answer an offer runs only in the shifts of whoever is asked."""
    urgent_at_any_hour: Mapped[bool] = mapped_column(server_default=true())
    """For urgent jobs it runs by the clock all the same."""
    first_response_min: Mapped[int] = mapped_column(server_default="30")
    """Minutes in which a request should get its first response. They run in `office_hours`."""
    logo_key: Mapped[str | None]
    """Object in the file store; PNG or JPEG."""
    logo_sha256: Mapped[bytes | None]
    """Null for a logo that was stored before hashes were."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
