"""What a worker taps on his phone, as the field app would send it."""

import hashlib
from datetime import datetime
from itertools import count
from typing import Any
from uuid import uuid4

from app.seed.pictures import photo, signature
from app.seed.stage import Person, Stage

PICTURES = count(1)


class Phone:
    """A worker's phone. It sends what was tapped with the time at which it was."""

    def __init__(self, stage: Stage, person: Person) -> None:
        self._stage = stage
        self._person = person
        self._seq = count()

    async def tap(self, path: str, at: datetime, **fields: Any) -> Any:
        return await self._person.post(f"/field{path}", self._command(at, **fields))

    async def upload(self, visit_id: str, at: datetime, purpose: str) -> str:
        """Take a picture and send it. Answers its id."""
        draw = signature if purpose == "signature" else photo
        content = draw(next(PICTURES))
        declared = await self._person.post(
            f"/field/visits/{visit_id}/attachments",
            self._command(
                at,
                purpose=purpose,
                content_type="image/png" if purpose == "signature" else "image/jpeg",
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
            ),
        )
        await self._person.call("PUT", f"/attachments/{declared['id']}/content", content)
        return str(declared["id"])

    async def look(self, path: str) -> Any:
        return await self._person.get(path)

    def _command(self, at: datetime, **fields: Any) -> dict[str, Any]:
        now = self._stage.clock.now()
        return {
            "command_id": str(uuid4()),
            "occurred_at": min(at, now).isoformat(),
            "sent_at": now.isoformat(),
            "device_seq": next(self._seq),
            **fields,
        }


def opening(label: str, room: str, width_mm: int, height_mm: int) -> dict[str, Any]:
    """A measured window with straight corners."""
    diagonal = round((width_mm**2 + height_mm**2) ** 0.5)
    widths = dict.fromkeys(("width_top_mm", "width_middle_mm", "width_bottom_mm"), width_mm)
    heights = dict.fromkeys(("height_left_mm", "height_middle_mm", "height_right_mm"), height_mm)
    diagonals = {"diagonal_1_mm": diagonal, "diagonal_2_mm": diagonal + 2}
    return {"label": label, "room": room, "kind": "window", "wall": "brick", **widths, **heights, **diagonals}


def answer_to(question: dict[str, Any]) -> Any:
    """A plausible answer to a question of a checklist."""
    if "enum" in question:
        return question["enum"][0]
    return {"boolean": True, "number": 1, "string": "Замечаний нет"}[question["type"]]
