from pathlib import Path
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect

from app.clients.choices import service
from app.clients.choices.policies import Form, Topic
from app.clients.choices.service import Choices
from app.core.clock import Clock
from app.core.emails import mask_email
from app.core.i18n import text
from app.core.phones import mask_phone
from app.documents.api import (
    COMPRESSED,
    GUESSES,
    Brand,
    Guesses,
    chosen_lang,
    chosen_query,
    looking_up,
    page,
    page_lang,
    refusals_as_pages,
)
from app.http.dependencies import Transactions
from app.http.guards import public
from app.identity.api import provide_ip
from app.notifications.api import format_day

FOLDER = Path(__file__).parent / "templates"
FORM_MAX_BYTES = 10_000

AnyRequest = Request[Any, Any, Any]


@get(["/s/{code:str}", "/s/{code:str}/saved"], guards=[public], include_in_schema=False)
async def show_choices(
    code: FromPath[str],
    request: AnyRequest,
    transactions: NamedDependency[SkipValidation[Transactions]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """The page behind the link in a message. Looking at it changes nothing: programs that follow links do so too."""
    choices = await _read(transactions, guesses, clock, code)
    return _page(request, code, choices, done="saved" if request.url.path.endswith("/saved") else "")


@post(
    "/s/{code:str}",
    guards=[public],
    include_in_schema=False,
    status_code=200,
    request_max_body_size=FORM_MAX_BYTES,
)
async def choose(
    code: FromPath[str],
    request: AnyRequest,
    transactions: NamedDependency[SkipValidation[Transactions]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """What he has chosen on the page. Mail programs post `List-Unsubscribe=One-Click` (RFC 8058): anything that is
    neither a pause nor a choice stops, and is answered without a detour."""
    form, now, address = await request.form(), clock.now(), provide_ip(request)
    done = {"pause": "paused", "save": "saved"}.get(str(form.get("choice")), "stopped")
    async with looking_up(guesses, now=now), transactions() as session:
        if done == "paused":
            await service.pause_by_link(session, code, now=now)
        elif done == "stopped":
            await service.stop_by_link(session, code, address=address, now=now)
        else:
            read = {topic: str(form.get(f"text_{topic}")) for topic in Topic}
            is_kept = await service.save_choices(
                session, code, _sent(form), read=read, address=address, now=now
            )
            done = "saved" if is_kept else "text_changed"
    if done == "saved":
        return Redirect(
            f"/s/{code}/saved{chosen_query(chosen_lang(request))}",
            status_code=303,
            headers={"Cache-Control": "no-store"},
        )
    return _page(request, code, await _read(transactions, guesses, clock, code), done=done)


async def _read(transactions: Transactions, guesses: Guesses, clock: Clock, code: str) -> Choices:
    async with looking_up(guesses, now=clock.now()), transactions() as session:
        return await service.read_choices(session, code, now=clock.now())


def _sent(form: FormMultiDict) -> Form:
    def words(name: str) -> frozenset[str]:
        return frozenset(one for one in form.getall(name, []) if isinstance(one, str))

    return Form(words("seen_topic"), words("topic"), words("seen_channel"), words("channel"))


def _page(request: AnyRequest, code: str, choices: Choices, *, done: str) -> Response[str]:
    """`done` is the key of the sentence that says what has been done."""
    lang = page_lang(request, of_client=choices.lang)
    link, until = choices.link, choices.quiet_until
    mask = mask_phone if link.contact_kind == "phone" else mask_email
    topics = [
        (topic, topic in choices.on, choices.texts.get(topic))
        for topic in Topic
        if topic in choices.on or choices.may_begin(topic)
    ]
    return page(
        "choices.html",
        lang=lang,
        chosen=chosen_lang(request),
        status_code=409 if done == "text_changed" else 200,
        folder=FOLDER,
        brand=Brand.of(choices.company),
        path=f"/s/{code}",
        value=mask(link.value),
        done=text(lang, "choices", done, company=choices.company.name) if done else None,
        is_bad=done == "text_changed",
        topics=topics,
        words_of=lambda one: one.text_en if lang == "en" else one.text_ru,
        channels=choices.channels,
        quiet_until=format_day(until, timezone=choices.company.timezone, lang=lang) if until else None,
    )


page_router = Router(
    "/",
    route_handlers=[show_choices, choose],
    exception_handlers=refusals_as_pages("stop"),
    middleware=[COMPRESSED],
    dependencies=GUESSES,
)
