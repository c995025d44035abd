"""Plans that tests publish and release, and what became of clients in them."""

from typing import Any

from tests.cast import Cast, Person
from tests.clients.consents import agreed, published
from tests.crm.given import ok

SMS = [{"channel": "sms"}]
WRITE = {"template": "invite", "channels": SMS}
CALL = {"channel": "call", "note": "Позвонить", "responsible": {"by": "role", "role": "dispatcher"}}


async def a_text(
    person: Person, kind: str = "invite", legal_class: str = "marketing", text: str = ""
) -> None:
    """A published template that names its kind."""
    said = text or f"{{company}}: {{name}}, это {kind}."
    samples = {name: {"ru": ["Анна"]} for name in ("company", "name", "what", "day") if f"{{{name}}}" in said}
    draft = {"ru": {"sms": said}, "variables": samples}
    body = {"kind": kind, "legal_class": legal_class, "draft": draft}
    template = await ok(await person.post("/message-templates", body))
    path = f"/message-templates/{template['id']}/publish"
    await ok(await person.post(path, if_match=f'"{template["version"]}"'))


async def released(
    person: Person, *steps: dict[str, Any], code: str = "plan", **fields: Any
) -> dict[str, Any]:
    """A plan into which clients come from now on."""
    content = {"audience": {"trigger": "proposal"}, "stops": ["purchase_made"], "steps": list(steps)}
    body = {"code": code, "name": f"План {code}", "content": content | fields}
    plan = await ok(await person.post("/crm/plans", body))
    for command, sent in (("publish", {}), ("release", None)):
        path = f"/crm/plans/{plan['id']}/{command}"
        plan = await ok(await person.post(path, sent, if_match=f'"{plan["version"]}"'))
    return dict(plan)


async def a_proposal(cast: Cast, client_id: str, what: str = "Три окна") -> dict[str, Any]:
    return dict(await ok(await cast.olga.post("/crm/proposals", {"client_id": client_id, "what": what})))


async def agrees(cast: Cast, client_id: str, value: str = "+79031234567", **fields: Any) -> None:
    """To advertising."""
    await published(cast.irina)
    await agreed(cast.olga, client_id, value, **fields)


async def touches(person: Person, client_id: str) -> list[dict[str, Any]]:
    """In the order in which they were planned."""
    found = (await ok(await person.get(f"/crm/clients/{client_id}/touches")))["items"]
    return list(reversed(found))


async def ends(person: Person, client_id: str) -> list[tuple[str, str, str | None, str]]:
    """Step, status, reason and detail of each touch."""
    found = await touches(person, client_id)
    return [(one["step"], one["status"], one["reason"], one["detail"]) for one in found]


async def in_plans(person: Person, client_id: str) -> list[tuple[str, str | None]]:
    found = (await ok(await person.get(f"/crm/clients/{client_id}/plans")))["items"]
    return [(one["status"], one["end_reason"]) for one in found]
