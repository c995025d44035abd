"""M29: the measurer's phone has no network from “on my way” to the end of the measurement."""

import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from demo import pictures
from demo.caller import Caller
from demo.company import Company, Worker
from demo.transcript import Transcript

CLOCK_SLOW_BY = timedelta(hours=3)
"""The phone's clock is wrong: it was never set after a flight."""


class Photo(NamedTuple):
    purpose: str
    name: str
    content: bytes


class Offline:
    """A phone that keeps its commands until it has network again."""

    def __init__(self, worker: Worker, visit_id: str) -> None:
        self.worker = worker
        self.visit_id = visit_id
        self._seq: Iterator[int] = count()
        self.kept: list[dict[str, Any]] = []
        self.photos: dict[str, Photo] = {}
        """Not uploaded yet, by the id that the phone has made."""

    def keep(self, kind: str, /, **body: Any) -> None:
        command = {
            "command_id": str(uuid4()),
            "occurred_at": self._now(),
            "device_seq": next(self._seq),
            **body,
        }
        self.kept.append({"kind": kind, "subject_id": self.visit_id, "command": command})

    def keep_photo(self, photo: Photo) -> None:
        attachment_id = str(uuid4())
        self.photos[attachment_id] = photo
        self.keep(
            "declare_attachment",
            attachment_id=attachment_id,
            purpose=photo.purpose,
            content_type="image/jpeg",
            size=len(photo.content),
            sha256=hashlib.sha256(photo.content).hexdigest(),
        )

    def push(self) -> dict[str, Any]:
        """Send everything in a wrong order. Nothing says that the phone has sent it before."""
        commands = random.sample(self.kept, len(self.kept))
        answer: dict[str, Any] = self.worker.app.push_commands({"sent_at": self._now(), "commands": commands})
        return answer

    def _now(self) -> str:
        return (datetime.now(UTC) - CLOCK_SLOW_BY).isoformat()


def work_without_network(
    worker: Worker,
    visit_id: str,
    site: dict[str, Any],
    openings: list[dict[str, Any]],
    payment: dict[str, Any],
) -> Offline:
    """What the measurer taps in the basement. Nothing of it reaches the server yet."""
    phone = Offline(worker, visit_id)
    slip = openings[0] | {"width_middle_mm": openings[0]["width_middle_mm"] - 100}
    phone.keep("arrive_at_visit", point=site["point"])
    phone.keep("start_visit")
    phone.keep("update_site_access", base={"intercom": site["intercom"]}, changes={"intercom": "131К"})
    phone.keep("submit_measurement", openings=[slip])
    phone.keep("submit_measurement", openings=openings)
    phone.keep("take_payment", **payment)
    phone.keep_photo(Photo("photo_act", "photo_act.jpg", pictures.photo("Akt zamera 31", (120, 110, 100))))
    phone.keep_photo(Photo("photo", "measurement.jpg", pictures.photo("Kuhnja", (150, 120, 90))))
    phone.keep("complete_visit")
    return phone


def reconnect(phone: Offline, transcript: Transcript, out: Path) -> dict[str, Any]:
    """The phone has network again. Returns the answer to the measurement."""
    name = phone.worker.name
    first = phone.push()
    transcript.says(name, f"has network again: {len(phone.kept)} commands in one batch, in a wrong order")
    _show(transcript, phone, first)
    slow_s = first["clock_offset_s"]
    transcript.promise(
        abs(slow_s - CLOCK_SLOW_BY.total_seconds()) < 5,
        f"the server notices that the phone's clock is {slow_s / 3600:.2f} h slow, and corrects its times",
    )
    verdicts = _by_kind(phone, first)
    transcript.promise(
        verdicts["submit_measurement"] == ["rejected", "applied"],
        "a size that is 10 cm off is refused, and holds up nothing else",
    )
    transcript.promise(verdicts["complete_visit"] == ["waiting"], "the end waits for the photos")
    for attachment_id, photo in phone.photos.items():
        phone.worker.app.upload_attachment(attachment_id, photo.content)
        (out / photo.name).write_bytes(photo.content)
        transcript.says(name, f"uploaded {photo.name}, {len(photo.content)} bytes, SHA-256 checked")
    again = phone.push()
    transcript.says(name, "the answer got lost, so the phone sends the whole batch again")
    _show(transcript, phone, again)
    done = [one["verdict"] for one in again["verdicts"]] + [one["verdict"] for one in again["settled"]]
    transcript.promise(set(done) <= {"duplicate", "rejected", "applied"}, "nothing is done twice")
    sheet = next(
        one["answer"]
        for one in first["verdicts"]
        if one["verdict"] == "applied" and (one["answer"] or {}).get("content_hash")
    )
    return dict(sheet)


def _by_kind(phone: Offline, answer: dict[str, Any]) -> dict[str, list[str]]:
    """The verdicts in the order in which the commands were given."""
    kinds = {one["command"]["command_id"]: one["kind"] for one in phone.kept}
    found: dict[str, list[str]] = {}
    for one in sorted(answer["verdicts"], key=lambda one: one["device_seq"]):
        found.setdefault(kinds[one["command_id"]], []).append(one["verdict"])
    return found


def _show(transcript: Transcript, phone: Offline, answer: dict[str, Any]) -> None:
    kinds = {one["command"]["command_id"]: one["kind"] for one in phone.kept}
    for one in [*answer["verdicts"], *answer["settled"]]:
        why = f": {one['problem']['detail'][:70]}…" if one["problem"] else ""
        kind = kinds[one["command_id"]]
        transcript.says("", f"  {one['device_seq']:>2} {kind:<20} {one['verdict']}{why}")


def decide(company: Company, transcript: Transcript) -> None:
    """The office has changed the intercom too. The dispatcher decides, and the phone gets what holds."""
    olga = company.olga
    [conflict] = olga.list_conflicts(is_open=True)["items"]
    sides = f"the phone says {conflict['mine']}, the office {conflict['theirs']}"
    titles = [
        one["title"] for one in olga.list_inbox(is_open=True)["items"] if one["kind"] == "field_conflict"
    ]
    transcript.says(f"{olga.name}, inbox", "; ".join(titles))
    transcript.promise(
        {conflict["mine"], conflict["theirs"]} == {"131К", "13К"},
        f"both changed the intercom, and neither value is lost: {sides}",
    )
    olga.resolve_conflict(conflict["id"], {"decision": "mine", "comment": "Проверено на месте"})
    transcript.says(olga.name, "decided for the value of the measurer, who stood before the door")
    site = olga.get_site(conflict["subject_id"])
    transcript.promise(site["intercom"] == "131К", "the site has the value that was decided for")


class DayOnPhone:
    """What the phone has of the day, by pulling."""

    def __init__(self, app: Caller, transcript: Transcript) -> None:
        self._app = app
        self._transcript = transcript
        self._cursor: str | None = None

    def pull(self) -> dict[str, Any]:
        delta: dict[str, Any] = self._app.pull_changes(**({"cursor": self._cursor} if self._cursor else {}))
        self._cursor = delta["cursor"]
        counted = {
            kind: len(delta["changed"][kind]) + len(delta["removed"][kind])
            for kind in delta["changed"]
            if delta["changed"][kind] or delta["removed"][kind]
        }
        what = "everything" if delta["is_full"] else "what has changed"
        shown = ", ".join(f"{kind} {number}" for kind, number in counted.items()) or "nothing"
        self._transcript.says(self._app.name, f"the phone pulls {what}: {shown}")
        return delta
