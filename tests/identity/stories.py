"""Helpers for the tests of identity: register, sign in, and read what was written."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from litestar import Litestar
from sqlalchemy import select

from app.core.settings import Settings
from app.db.outbox import OutboxEvent
from app.db.session import Sessions, transaction
from app.http.audit import AuditEvent
from app.identity.attempts.queries import save_tries
from app.identity.attempts.service import Attempts
from app.notifications.messages.models import Message

PASSWORD = "Подоконник и 3 створки"
API = "/api/v1"


def an_email() -> str:
    return f"anna-{uuid4().hex}@okna.example"


def a_phone() -> str:
    return f"+7926{uuid4().int % 10_000_000:07d}"


def an_address() -> str:
    """Of the network set aside for tests: limited, and met by no other test."""
    return f"198.{18 + uuid4().int % 2}.{uuid4().int % 256}.{uuid4().int % 256}"


def a_registration(email: str | None = None, **changes: Any) -> dict[str, Any]:
    owner = {"name": "Анна Смирнова", "email": email or an_email(), "password": PASSWORD}
    return {"name": "Окна Юга", "timezone": "Europe/Samara", "lang": "ru", "owner": owner} | changes


@asynccontextmanager
async def calling_from(app: Litestar, address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client at another address than this machine's."""
    transport = httpx.ASGITransport(app, client=(address, 40_000))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=30) as client:
        yield client


async def post(
    client: httpx.AsyncClient, path: str, body: Any, token: str | None = None, **headers: str
) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    return await client.post(API + path, json=body, headers=sent)


async def get(client: httpx.AsyncClient, path: str, token: str) -> httpx.Response:
    return await client.get(API + path, headers={"authorization": f"Bearer {token}"})


async def register(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """A new company: `{"company": …, "tokens": …}`."""
    answer = await post(client, "/companies", a_registration(**changes))
    assert answer.status_code == 201, answer.text
    registered: dict[str, Any] = answer.json()
    return registered


async def ask_code(client: httpx.AsyncClient, phone: str, **more: Any) -> str:
    """The request id."""
    answer = await post(client, "/auth/sms-codes", {"phone": phone, **more})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["request_id"])


async def verify(client: httpx.AsyncClient, request_id: str, code: str, **more: Any) -> httpx.Response:
    return await post(client, "/auth/sms-codes/verify", {"request_id": request_id, "code": code, **more})


async def sent_codes(maker: Sessions, company_id: UUID, phone: str) -> list[str]:
    """The codes in the SMS planned for this phone, oldest first."""
    async with transaction(maker, company_id) as session:
        bodies = await session.scalars(
            select(Message.body)
            .where(Message.company_id == company_id, Message.phone == phone)
            .order_by(Message.id)
        )
        return [re.findall(r"\b\d{6}\b", body)[0] for body in bodies]


async def sign_in_worker(
    client: httpx.AsyncClient, maker: Sessions, company_id: UUID, phone: str, **more: Any
) -> dict[str, Any]:
    """Tokens of a worker, by SMS."""
    request_id = await ask_code(client, phone)
    code = (await sent_codes(maker, company_id, phone))[-1]
    answer = await verify(client, request_id, code, **more)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def refresh(client: httpx.AsyncClient, refresh_token: str, **more: Any) -> httpx.Response:
    return await post(client, "/auth/refresh", {"refresh_token": refresh_token, **more})


async def news(maker: Sessions, company_id: UUID, kind: str) -> Sequence[dict[str, Any]]:
    """What was announced."""
    async with transaction(maker, company_id) as session:
        rows = await session.scalars(
            select(OutboxEvent.payload).where(OutboxEvent.company_id == company_id, OutboxEvent.kind == kind)
        )
        return rows.all()


async def audited(maker: Sessions, company_id: UUID) -> list[tuple[str, UUID]]:
    """What was done by whom."""
    async with transaction(maker, company_id) as session:
        rows = await session.execute(
            select(AuditEvent.action, AuditEvent.user_id)
            .where(AuditEvent.company_id == company_id)
            .order_by(AuditEvent.id)
        )
        return [(action, user_id) for action, user_id in rows]


def attempts_of(maker: Sessions, settings: Settings) -> Attempts:
    return Attempts(maker, settings.secret_key, settings.unlimited_networks.split())


async def have_tried(
    maker: Sessions, settings: Settings, kind: str, who: str, *, times: int, at: datetime
) -> None:
    """As if somebody had tried so often at that moment."""
    key = attempts_of(maker, settings).key(kind, who)
    async with transaction(maker, None) as session:
        await save_tries(session, {key: [at] * times}, forget_at={key: at + timedelta(days=1)})


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
