"""Estimates that tests start from: 71,000 roubles of goods and 9,000 of work."""

from typing import Any

from tests.cast import Cast, Person
from tests.stories import BookedVisit

WINDOWS = {
    "part": "goods",
    "name": "Окно REHAU, 1400 × 1300",
    "unit": "pcs",
    "quantity": 2,
    "price_kop": 35_500_00,
}
FITTING = {"part": "work", "work_code": "window_install", "quantity": 2}


def an_estimate(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"lines": list(lines) or [WINDOWS, FITTING], **fields}


async def drafted(
    cast: Cast, order_id: Any, *lines: dict[str, Any], by: Person | None = None, **fields: Any
) -> Any:
    answer = await (by or cast.olga).post(f"/orders/{order_id}/estimates", an_estimate(*lines, **fields))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def agreed(cast: Cast, order_id: Any, *lines: dict[str, Any], **fields: Any) -> Any:
    draft = await drafted(cast, order_id, *lines, **fields)
    answer = await cast.olga.post(f"/estimates/{draft['id']}/agree", {}, if_match=f'"{draft["version"]}"')
    assert answer.status_code == 200, answer.text
    return answer.json()


async def money_of(cast: Cast, order_id: Any) -> Any:
    return (await cast.galina.get(f"/orders/{order_id}/money")).json()


async def order_id_of(cast: Cast, visit: BookedVisit) -> str:
    return str((await cast.olga.get(f"/jobs/{visit.job_id}")).json()["order"]["id"])
