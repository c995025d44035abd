"""Which person a bearer token stands for, and for how long it is valid."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.core.scope import Scope
from app.db.session import create_engine, sessions
from app.identity import liveness
from app.identity.liveness import Liveness
from app.identity.sessions.queries import PERSON_NOW
from app.identity.tokens import AUDIENCE, TOKEN_TYPE, AccessToken, _key, issue_access_token, read_access_token
from tests.cast import NOON
from tests.conftest import SECRET_KEY
from tests.counting import statements_of
from tests.identity.stories import get


def claims_of(person: Any, **changes: Any) -> dict[str, Any]:
    return {
        "aud": AUDIENCE,
        "sub": str(person.id),
        "company": str(person.scope.company_id),
        "roles": sorted(person.scope.roles),
        "lang": "ru",
        "device": None,
        "sv": 1,
        "sid": None,
        "exp": 4_000_000_000,
    } | changes


def signed(claims: dict[str, Any], key: Any = None, typ: str = TOKEN_TYPE) -> str:
    return jwt.encode(claims, key or _key(SECRET_KEY), algorithm="EdDSA", headers={"typ": typ})


def by_hand(claims: dict[str, Any], algorithm: str, secret: bytes | None) -> str:
    """A token PyJWT refuses to make."""

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    header = json.dumps({"alg": algorithm, "typ": TOKEN_TYPE}).encode()
    body = f"{part(header)}.{part(json.dumps(claims).encode())}"
    signature = hmac.digest(secret, body.encode(), hashlib.sha256) if secret else b""
    return f"{body}.{part(signature)}"


async def test_a_token_made_like_ours_is_believed(cast, anonymous):
    answer = await get(anonymous, "/me", signed(claims_of(cast.olga)))

    assert (answer.status_code, answer.json()["name"]) == (200, "Ольга Белова")


@pytest.mark.covers("M36", "P-rel-22")
@pytest.mark.parametrize(
    "forge",
    [
        lambda person: by_hand(claims_of(person), "none", None),
        lambda person: by_hand(
            claims_of(person),
            "HS256",
            _key(SECRET_KEY).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        ),
        lambda person: by_hand(
            claims_of(person),
            "HS256",
            _key(SECRET_KEY).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
        ),
        lambda person: by_hand(claims_of(person), "HS256", SECRET_KEY.encode()),
        lambda person: signed(claims_of(person), Ed25519PrivateKey.generate()),
        lambda person: signed(claims_of(person, aud="another")),
        lambda person: signed(claims_of(person), typ="JWT"),
        lambda person: signed({k: v for k, v in claims_of(person).items() if k != "exp"}),
        lambda person: signed(claims_of(person, roles=["king"])),
        lambda person: signed(claims_of(person, sub=str(uuid4()))),
        lambda person: signed(claims_of(person, company=str(uuid4()))),
        lambda person: signed(claims_of(person, sv=2)),
        lambda _: "rubbish",
        lambda _: "",
    ],
    ids=[
        "alg=none",
        "HS256 with the public key as PEM",
        "HS256 with the public key",
        "HS256 with the secret",
        "another key",
        "another audience",
        "another type",
        "never expires",
        "unknown role",
        "unknown person",
        "another company",
        "another session version",
        "rubbish",
        "nothing",
    ],
)
async def test_no_other_token_is(cast, anonymous, forge):
    answer = await get(anonymous, "/me", forge(cast.irina))

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.covers("P-rel-22")
async def test_a_token_is_good_for_ten_minutes(cast, anonymous, clock):
    token = cast.olga.token()

    clock.advance(minutes=9, seconds=59)
    in_time = await get(anonymous, "/me", token)
    clock.advance(seconds=1)
    late = await get(anonymous, "/me", token)

    assert (in_time.status_code, late.status_code) == (200, 401)


async def test_another_scheme_than_bearer_is_nobody(cast, anonymous):
    answer = await anonymous.get("/api/v1/me", headers={"authorization": f"Basic {cast.olga.token()}"})

    assert answer.status_code == 401


@pytest.mark.covers("M36", "P-rel-22")
async def test_a_dismissed_persons_token_dies_within_a_second(cast, clock):
    assert (await cast.pavel.get("/me")).status_code == 200
    dismissed = await cast.irina.patch(f"/users/{cast.pavel.id}", {"is_active": False}, if_match='"1"')

    clock.advance(seconds=1)

    assert dismissed.status_code == 200
    assert (await cast.pavel.get("/me")).status_code == 401


@pytest.mark.covers("M36")
async def test_other_roles_count_within_a_second_although_the_token_is_old(cast, clock):
    before = await cast.olga.get("/users")
    await cast.irina.patch(
        f"/users/{cast.olga.id}", {"roles": ["measurer"], "phone": "+79165550101"}, if_match='"1"'
    )

    clock.advance(seconds=1)

    assert before.status_code == 200
    assert (await cast.olga.get("/users")).status_code == 403
    assert (await cast.olga.get("/me")).json()["roles"] == ["measurer"]


async def test_the_database_is_asked_about_a_person_once_a_second(cast, clock, engine):
    with statements_of(engine) as sent:
        for _ in range(5):
            await cast.galina.get("/me")
            clock.advance(seconds=0.2)

        assert sent.count(PERSON_NOW.compiled.sql) == 1

        await cast.galina.get("/me")
        assert sent.count(PERSON_NOW.compiled.sql) == 2


async def test_parallel_requests_of_a_person_ask_the_database_once(cast, engine):
    with statements_of(engine) as sent:
        await asyncio.gather(*[cast.galina.get("/me") for _ in range(10)])

    assert sent.count(PERSON_NOW.compiled.sql) == 1


async def test_of_too_many_people_the_one_heard_of_first_is_forgotten(cast, maker, engine, monkeypatch):
    monkeypatch.setattr(liveness, "PEOPLE_MAX", 2)
    alive = Liveness(maker)
    tokens = [AccessToken(person.scope, 1, None) for person in (cast.irina, cast.olga, cast.pavel)]

    with statements_of(engine) as sent:
        for token in [*tokens, tokens[2], tokens[0]]:
            assert await alive.caller_now(token, now=NOON) is not None

    assert sent.count(PERSON_NOW.compiled.sql) == 4


async def test_a_database_that_was_away_is_asked_again(cast, maker, settings):
    nowhere = create_engine("postgresql://nobody@127.0.0.1:1/nothing")
    alive, token = Liveness(sessions(nowhere)), AccessToken(cast.olga.scope, 1, None)
    with pytest.raises(OSError, match=r"127\.0\.0\.1"):
        await alive.caller_now(token, now=NOON)

    alive._sessions = maker

    assert await alive.caller_now(token, now=NOON) == cast.olga.scope
    await nowhere.dispose()


def test_a_token_names_person_company_roles_device_and_session():
    scope = Scope(company_id=uuid4(), user_id=uuid4(), roles=frozenset(), lang="en", device_id=uuid4())
    family_id = uuid4()

    token = issue_access_token(SECRET_KEY, scope, session_version=3, family_id=family_id, now=NOON)

    read = read_access_token(SECRET_KEY, token, now=NOON + timedelta(minutes=9))
    assert read == (scope, 3, family_id)
