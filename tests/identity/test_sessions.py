"""Rotation of refresh tokens, and how little a thief can do with a stolen one."""

import asyncio
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import select

from app.db.session import create_engine, transaction
from app.identity.refresh_tokens.models import RefreshToken
from app.identity.refresh_tokens.secret import hash_of
from app.identity.sessions.service import SignInFailed, begin_session
from app.identity.users.queries import get_known_user
from app.main import create_app
from tests.identity.stories import (
    PASSWORD,
    a_phone,
    an_email,
    audited,
    calling_from,
    get,
    moment,
    news,
    post,
    refresh,
    register,
    sign_in_worker,
)


@pytest.fixture
async def tokens(anonymous):
    """Of an owner who has just registered."""
    return (await register(anonymous))["tokens"]


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def live_links(maker, company_id) -> list[RefreshToken]:
    async with transaction(maker, UUID(company_id)) as session:
        return list(
            await session.scalars(
                select(RefreshToken).where(
                    RefreshToken.company_id == UUID(company_id),
                    RefreshToken.used_at.is_(None),
                    RefreshToken.revoked_at.is_(None),
                )
            )
        )


@pytest.mark.covers("P-rel-9")
async def test_who_refreshed_stands_in_the_audit(anonymous, tokens, maker):
    await refresh(anonymous, tokens["refresh_token"])

    done = await audited(maker, UUID(tokens["company_id"]))

    assert ("refreshSession", UUID(tokens["user_id"])) in done


@pytest.mark.covers("P-rel-22")
async def test_each_refresh_gives_new_tokens(anonymous, tokens):
    second = (await refresh(anonymous, tokens["refresh_token"])).json()
    answer = await refresh(anonymous, second["refresh_token"])

    third = answer.json()
    assert len({tokens["refresh_token"], second["refresh_token"], third["refresh_token"]}) == 3
    assert (await get(anonymous, "/me", third["access_token"])).status_code == 200
    assert (third["token_type"], third["expires_in_s"]) == ("Bearer", 600)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.covers("P-rel-22")
async def test_twenty_parallel_refreshes_give_one_successor(anonymous, tokens, maker):
    answers = await asyncio.gather(*[refresh(anonymous, tokens["refresh_token"]) for _ in range(20)])

    assert [answer.status_code for answer in answers] == [200] * 20
    successors = {answer.json()["refresh_token"] for answer in answers}
    links = await live_links(maker, tokens["company_id"])
    assert len(successors) == 1
    assert [link.token_hash for link in links] == [hash_of(successors.pop())]


@pytest.mark.covers("P-rel-22")
async def test_a_phone_that_lost_the_answer_stays_signed_in(anonymous, tokens, clock):
    lost = (await refresh(anonymous, tokens["refresh_token"])).json()

    clock.advance(seconds=10)
    again = await refresh(anonymous, tokens["refresh_token"])

    assert again.json()["refresh_token"] == lost["refresh_token"]
    clock.advance(minutes=5)
    assert (await refresh(anonymous, again.json()["refresh_token"])).status_code == 200


@pytest.mark.covers("P-rel-22", "M39")
async def test_a_used_token_that_comes_back_later_ends_the_whole_session(anonymous, tokens, clock, maker):
    successor = (await refresh(anonymous, tokens["refresh_token"])).json()
    assert (await get(anonymous, "/me", successor["access_token"])).status_code == 200

    clock.advance(seconds=11)
    replays = [await refresh(anonymous, tokens["refresh_token"]) for _ in range(2)]

    company_id, user_id = UUID(tokens["company_id"]), tokens["user_id"]
    assert [code(answer) for answer in replays] == [(401, "refresh_token_reused")] * 2
    assert code(await refresh(anonymous, successor["refresh_token"])) == (401, "refresh_token_invalid")
    assert await news(maker, company_id, "identity.refresh_token_reused") == [
        {"user_id": user_id, "device_id": None}
    ]
    assert ("endCopiedSession", UUID(user_id)) in await audited(maker, company_id)
    clock.advance(seconds=1)
    assert (await get(anonymous, "/me", successor["access_token"])).status_code == 401


@pytest.fixture
async def another_process(settings, clock):
    """A client of another API process that has no Redis, so it gets no news from this one."""
    engine = create_engine(settings.app_database_url)
    nowhere = msgspec.structs.replace(settings, redis_url="redis://127.0.0.1:1")
    async with calling_from(create_app(nowhere, engine=engine, clock=clock), "127.0.0.1") as client:
        yield client
    await engine.dispose()


@pytest.mark.covers("P-rel-22")
async def test_the_access_tokens_of_a_copied_session_die_within_a_second_in_every_process(
    anonymous, another_process, tokens, clock
):
    successor = (await refresh(anonymous, tokens["refresh_token"])).json()
    family = [tokens["access_token"], successor["access_token"]]
    everywhere = [(client, token) for client in (anonymous, another_process) for token in family]

    async def statuses() -> list[int]:
        return [(await get(client, "/me", token)).status_code for client, token in everywhere]

    clock.advance(seconds=11)
    before = await statuses()

    await refresh(anonymous, tokens["refresh_token"])

    clock.advance(seconds=1)
    assert (before, await statuses()) == ([200] * 4, [401] * 4)


@pytest.mark.covers("P-rel-22")
async def test_parallel_replays_announce_one_theft(anonymous, tokens, clock, maker):
    await refresh(anonymous, tokens["refresh_token"])
    clock.advance(seconds=11)

    answers = await asyncio.gather(*[refresh(anonymous, tokens["refresh_token"]) for _ in range(8)])

    assert {code(answer) for answer in answers} == {(401, "refresh_token_reused")}
    assert len(await news(maker, UUID(tokens["company_id"]), "identity.refresh_token_reused")) == 1


async def test_another_session_of_the_same_person_goes_on(anonymous, clock, cast, maker):
    first = await sign_in_worker(anonymous, maker, cast.company_id, cast.pavel.phone)
    clock.advance(seconds=31)
    second = await sign_in_worker(anonymous, maker, cast.company_id, cast.pavel.phone)
    await refresh(anonymous, first["refresh_token"])
    clock.advance(seconds=11)

    await refresh(anonymous, first["refresh_token"])

    assert (await refresh(anonymous, second["refresh_token"])).status_code == 200


@pytest.mark.covers("P-rel-22")
async def test_a_session_not_used_for_thirty_days_is_over(anonymous, tokens, clock):
    clock.advance(days=29, hours=23)
    in_time = (await refresh(anonymous, tokens["refresh_token"])).json()
    clock.advance(days=30)
    late = await refresh(anonymous, in_time["refresh_token"])

    assert code(late) == (401, "refresh_token_invalid")


@pytest.mark.covers("P-rel-22")
async def test_a_session_is_over_after_ninety_days_however_busy(anonymous, tokens, clock):
    started = clock.now()
    for _ in range(4):
        clock.advance(days=22)
        tokens = (await refresh(anonymous, tokens["refresh_token"])).json()

    assert (moment(tokens["refresh_expires_at"]) - started).days == 90
    clock.advance(days=2)
    assert code(await refresh(anonymous, tokens["refresh_token"])) == (401, "refresh_token_invalid")


async def test_used_up_tokens_are_forgotten_when_they_would_have_expired(anonymous, tokens, clock, maker):
    for _ in range(3):
        clock.advance(days=20)
        tokens = (await refresh(anonymous, tokens["refresh_token"])).json()

    async with transaction(maker, UUID(tokens["company_id"])) as session:
        links = (await session.scalars(select(RefreshToken))).all()
    assert len(links) == 2


async def test_the_database_keeps_no_refresh_token_in_clear(anonymous, tokens, maker):
    (link,) = await live_links(maker, tokens["company_id"])

    assert link.token_hash == hash_of(tokens["refresh_token"])
    assert tokens["refresh_token"].split(".")[1].encode() not in link.token_hash


@pytest.mark.parametrize(
    "token",
    ["rubbish", "rubbish.rubbish", "0" * 32 + ".", "7" * 32 + ".rubbish"],
)
async def test_what_is_no_refresh_token_is_refused(anonymous, token):
    assert code(await refresh(anonymous, token)) == (401, "refresh_token_invalid")


@pytest.mark.covers("M37")
async def test_a_refresh_token_does_not_open_another_company(anonymous, tokens, other_cast):
    secret = tokens["refresh_token"].split(".")[1]

    answer = await refresh(anonymous, f"{other_cast.company_id.hex}.{secret}")

    assert code(answer) == (401, "refresh_token_invalid")


@pytest.mark.covers("P-rel-22", "M39")
async def test_signing_out_ends_the_session(anonymous, tokens, clock, maker):
    first = await post(anonymous, "/auth/sign-out", {"refresh_token": tokens["refresh_token"]})
    again = await post(anonymous, "/auth/sign-out", {"refresh_token": tokens["refresh_token"]})

    clock.advance(seconds=1)
    assert (first.status_code, again.status_code) == (204, 204)
    assert code(await refresh(anonymous, tokens["refresh_token"])) == (401, "refresh_token_invalid")
    assert (await get(anonymous, "/me", tokens["access_token"])).status_code == 401
    done = await audited(maker, UUID(tokens["company_id"]))
    assert ("signOut", UUID(tokens["user_id"])) in done


async def test_a_lost_answer_is_not_given_again_after_signing_out(anonymous, tokens):
    successor = (await refresh(anonymous, tokens["refresh_token"])).json()
    await post(anonymous, "/auth/sign-out", {"refresh_token": successor["refresh_token"]})

    answer = await refresh(anonymous, tokens["refresh_token"])

    assert code(answer) == (401, "refresh_token_invalid")


async def test_signing_out_with_an_unknown_token_is_no_error(anonymous):
    answer = await post(anonymous, "/auth/sign-out", {"refresh_token": f"{uuid4().hex}.rubbish"})

    assert answer.status_code == 204


async def test_an_old_bearer_token_sent_along_does_no_harm(anonymous, tokens, cast):
    """Clients add the header to every request, also when they refresh or sign in elsewhere."""
    answer = await post(
        anonymous, "/auth/refresh", {"refresh_token": tokens["refresh_token"]}, token=cast.olga.token()
    )

    assert (answer.status_code, answer.json()["user_id"]) == (200, tokens["user_id"])


@pytest.mark.covers("P-rel-22")
async def test_a_dismissed_persons_refresh_token_is_dead_at_once(anonymous, cast, maker):
    tokens = await sign_in_worker(anonymous, maker, cast.company_id, cast.pavel.phone)

    await cast.irina.patch(f"/users/{cast.pavel.id}", {"is_active": False}, if_match='"1"')

    assert code(await refresh(anonymous, tokens["refresh_token"])) == (401, "refresh_token_invalid")


@pytest.mark.covers("P-rel-22")
async def test_a_session_that_is_being_refreshed_does_not_survive_a_dismissal(anonymous, cast, maker):
    for person in (cast.pavel, cast.nikolai, cast.rinat, cast.timur):
        tokens = await sign_in_worker(anonymous, maker, cast.company_id, person.phone)

        await asyncio.gather(
            refresh(anonymous, tokens["refresh_token"]),
            cast.irina.patch(f"/users/{person.id}", {"is_active": False}, if_match='"1"'),
            refresh(anonymous, tokens["refresh_token"]),
        )

    assert await live_links(maker, str(cast.company_id)) == []


async def test_whoever_is_dismissed_between_proof_and_session_gets_none(cast, maker, settings, clock):
    async with transaction(maker, cast.company_id) as session:
        pavel = await get_known_user(session, cast.company_id, cast.pavel.id)
    await cast.irina.patch(f"/users/{cast.pavel.id}", {"is_active": False}, if_match='"1"')

    async with transaction(maker, cast.company_id) as session:
        with pytest.raises(SignInFailed):
            await begin_session(
                session, user=pavel, device=None, secret_key=settings.secret_key, now=clock.now()
            )


async def test_whoever_proved_an_old_password_gets_no_session(cast, maker, settings, clock):
    async with transaction(maker, cast.company_id) as session:
        olga = await get_known_user(session, cast.company_id, cast.olga.id)
    new_password = {"new_password": "vesna-na-dache-27"}
    changed = await cast.irina.post(f"/users/{cast.olga.id}/password", new_password)

    async with transaction(maker, cast.company_id) as session:
        with pytest.raises(SignInFailed):
            await begin_session(
                session, user=olga, device=None, secret_key=settings.secret_key, now=clock.now()
            )

    assert changed.status_code == 204


async def test_one_connection_to_the_database_is_enough_for_parallel_sign_ins(settings, clock, anonymous):
    """If requests held one connection while they waited for another, several of them could use up the pool."""
    email = an_email()
    await register(anonymous, email=email)
    engine = create_engine(settings.app_database_url, pool_size=1)
    app = create_app(settings, engine=engine, clock=clock)

    async def come_and_go(client) -> int:
        tokens = (await post(client, "/auth/sign-in", {"email": email, "password": PASSWORD})).json()
        fresh = (await refresh(client, tokens["refresh_token"])).json()
        await post(client, "/auth/sms-codes", {"phone": a_phone()})
        wrong = {"old_password": "не тот, что был", "new_password": PASSWORD}
        path = f"/users/{tokens['user_id']}/password"
        return (await post(client, path, wrong, fresh["access_token"])).status_code

    async with calling_from(app, "127.0.0.1") as client:
        assert await asyncio.gather(*[come_and_go(client) for _ in range(4)]) == [422] * 4
    await engine.dispose()
