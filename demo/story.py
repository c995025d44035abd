"""The eight steps of the main job (M1 to M8), each with checks of what the product promises."""

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from demo import money, offline, pictures, track
from demo.caller import Caller, code_of
from demo.company import Company, Worker
from demo.phones import next_sms, sms_to, wait_until
from demo.transcript import Transcript, local, roubles

ANSWER_WITHIN_S = 30
"""The shortest time to accept that the product allows. Companies usually set 15 minutes."""

SITE = {
    "address": "Москва, Тверская улица, 12, строение 1",
    "entrance": "2",
    "floor": "5",
    "apartment": "31",
    "intercom": "31К",
    "point": {"lat": 55.7634, "lon": 37.6066},
}


class Story:
    """Anna Kotova orders new windows, and the company installs them."""

    def __init__(self, url: str, company: Company, transcript: Transcript, out: Path) -> None:
        self.url = url
        self.company = company
        self.transcript = transcript
        self.out = out
        self.anna_phone = f"+7903{uuid4().int % 10_000_000:07d}"
        self.live = LiveChannel(company.olga)

    def play(self) -> None:
        """Play all steps in order.

        Raises:
            PromiseBroken, Refused, TimeoutError: a step failed.
        """
        with self.live:
            booked = self.book_measurement()
            drove_at = track.follow(self.company, self.transcript)
            measurer = self.find_who_accepts(booked)
            self.drive_to_client(measurer, booked)
            self.call_off_on_the_way()
            measurement = self.measure(measurer, booked)
            track.ask(self.company, self.transcript, drove_at)
            money.agree_price(self.company, self.transcript, booked["order_id"], self.out)
            production = self.order_production(booked, measurement)
            visit = self.agree_installation(production)
            act = self.install(visit)
            visit_id = visit["visit"]["id"]
            money.pay_rest(
                self.company, self.transcript, self.company.rinat.app, visit_id, booked["order_id"]
            )
            self.open_passports(act)

    def book_measurement(self) -> dict[str, Any]:
        self.transcript.step("M1", "The dispatcher books a measurement from an inbound request")
        olga = self.company.olga
        request = olga.register_request(
            {
                "channel": "phone",
                "contact_name": "Анна Сергеевна Котова",
                "phone": self.anna_phone,
                "address": SITE["address"],
                "comment": "Два окна и балконная дверь, дует",
            }
        )
        self.transcript.says(olga.name, f"registered the call of Анна Сергеевна, {self.anna_phone}")
        starts_at = _next_quarter(datetime.now(UTC) + timedelta(hours=1))
        body = {
            "client": {
                "name": "Анна Сергеевна",
                "surname": "Котова",
                "contacts": [{"kind": "phone", "value": self.anna_phone, "is_primary": True}],
            },
            "site": SITE,
            "visit": {"starts_at": starts_at.isoformat()},
        }
        booked: dict[str, Any] = olga.book_measurement(request["id"], body)
        again = code_of(lambda: olga.book_measurement(request["id"], body))
        self.transcript.says(olga.name, f"booked a visit for {local(starts_at)}, {SITE['address']}")
        for candidate in booked["candidates"]:
            reasons = ", ".join(candidate["refused_because"]) or "can come"
            distance = candidate["distance_m"]
            self.transcript.says(
                "", f"  {candidate['name']:<16} {distance} m from {candidate['position_source']}: {reasons}"
            )
        self.transcript.sms(next_sms(self.anna_phone, after=0))
        first = booked["candidates"][0]
        self.transcript.promise(
            first["name"] == self.company.pavel.name, "the nearest free measurer is proposed first"
        )
        self.transcript.promise(
            all(one["refused_because"] for one in booked["candidates"] if "Алиев" in one["name"]),
            "a worker who cannot measure is listed with the reason",
        )
        self.transcript.promise(again == "request_already_converted", "booking it a second time is refused")
        return booked

    def find_who_accepts(self, booked: dict[str, Any]) -> Worker:
        self.transcript.step("M2", "The measurer accepts in the app; an unanswered offer escalates")
        olga, pavel, nikolai = self.company.olga, self.company.pavel, self.company.nikolai
        visit_id = booked["visit"]["id"]
        offered = olga.offer_visit(visit_id, {"worker_id": pavel.id, "accept_within_s": ANSWER_WITHIN_S})
        self.transcript.says(olga.name, f"offered it to {pavel.name}, to be answered in {ANSWER_WITHIN_S} s")
        self.transcript.sms(next_sms(pavel.phone, after=1))
        self.transcript.says(pavel.name, "is on a ladder and does not look at his phone")
        waited = wait_until(
            lambda: _offers(olga, visit_id)[-1]["worker_id"] == nikolai.id,
            "the offer to the next candidate",
            seconds=ANSWER_WITHIN_S + 15,
        )
        for event in olga.get_visit_history(visit_id):
            if event["actor_id"] is None:
                self.transcript.says("the ladder", f"{event['kind']} at {event['received_at'][11:23]}")
        lateness = _lateness_s(olga, visit_id, offered["accept_by"])
        self.transcript.says(
            "", f"waited {waited:.1f} s; the deadline was kept to within {lateness * 1000:.0f} ms"
        )
        self.transcript.promise(
            0 <= lateness < 2, "the offer ended at its deadline, not before and at most 2 s later"
        )
        late = code_of(lambda: pavel.app.accept_visit(visit_id, _tap()))
        self.transcript.promise(late == "offer_expired", f"Павел accepts too late and is refused: {late}")
        inbox = [item["title"] for item in olga.list_inbox(is_open=True)["items"]]
        self.transcript.says(f"{olga.name}, inbox", "; ".join(inbox))
        tap = _tap()
        nikolai.app.accept_visit(visit_id, tap)
        nikolai.app.accept_visit(visit_id, tap)
        accepted = [one for one in olga.get_visit_history(visit_id) if one["kind"] == "accepted"]
        self.transcript.promise(len(accepted) == 1, "Николай accepts; the tap was sent twice and counts once")
        return nikolai

    def drive_to_client(self, measurer: Worker, booked: dict[str, Any]) -> None:
        self.transcript.step("M3", "On my way: the client gets exactly one SMS")
        visit_id = booked["visit"]["id"]
        before = len(sms_to(self.anna_phone))
        tap = _tap(eta_minutes=25)
        measurer.app.depart_for_visit(visit_id, tap)
        measurer.app.depart_for_visit(visit_id, tap)
        self.transcript.says(measurer.name, "pressed “on my way” (the phone sent it twice)")
        self.transcript.sms(next_sms(self.anna_phone, after=before))
        messages = self.company.olga.list_messages(subject_id=visit_id, kind="on_my_way")["items"]
        wait_until(
            lambda: self._status_of(messages[0]["id"]) in ("sent", "delivered"), "the answer of the gateway"
        )
        details = self.company.olga.get_message(messages[0]["id"])
        self.transcript.says("delivery", json.dumps(_shown_message(details), ensure_ascii=False))
        time.sleep(1)
        self.transcript.promise(len(sms_to(self.anna_phone)) == before + 1, "one SMS, not two")

    def call_off_on_the_way(self) -> None:
        """Boris is told that the worker is coming. Then Olga calls the visit off."""
        self.transcript.step("M3", "Called off after “on my way”: the client hears of it, once")
        olga, pavel = self.company.olga, self.company.pavel
        phone = f"+7905{uuid4().int % 10_000_000:07d}"
        starts_at = _next_quarter(datetime.now(UTC) + timedelta(hours=4))
        body = {
            "client": {"name": "Борис", "contacts": [{"kind": "phone", "value": phone}]},
            "site": {"address": "Москва, Сретенка, 9", "point": {"lat": 55.7692, "lon": 37.6323}},
            "visit": {"starts_at": starts_at.isoformat()},
        }
        request = olga.register_request({"channel": "phone", "contact_name": "Борис", "phone": phone})
        visit_id = olga.book_measurement(request["id"], body)["visit"]["id"]
        self.transcript.sms(next_sms(phone, after=0))
        olga.offer_visit(visit_id, {"worker_id": pavel.id})
        pavel.app.accept_visit(visit_id, _tap())
        pavel.app.depart_for_visit(visit_id, _tap(eta_minutes=40))
        self.transcript.sms(next_sms(phone, after=1))
        olga.cancel_visit(visit_id, {"reason": "Клиент уехал на дачу"}, if_match="*")
        self.transcript.sms(next_sms(phone, after=2))
        time.sleep(3)
        _, on_the_way, last = [one.text for one in sms_to(phone)]
        self.transcript.promise("едет" in on_the_way and "отменяется" in last, "the last word is the truth")
        self.transcript.promise(
            all(self.company.name in one.text for one in sms_to(phone)), "every SMS says who writes"
        )

    def _status_of(self, message_id: str) -> str:
        return str(self.company.olga.get_message(message_id)["message"]["status"])

    def measure(self, measurer: Worker, booked: dict[str, Any]) -> dict[str, Any]:
        self.transcript.step(
            "M4, M29", "The measurement, without network: checked sizes, prepayment, photo of the act"
        )
        olga, visit_id = self.company.olga, booked["visit"]["id"]
        day = offline.DayOnPhone(measurer.app, self.transcript)
        [visit] = [one for one in day.pull()["changed"]["visits"] if one["id"] == visit_id]
        self.transcript.promise(day.pull()["changed"]["visits"] == [], "nothing new costs nothing")
        openings = [_opening("О-1", "кухня", 1450, 1380), _opening("О-2", "спальня", 1760, 1420)]
        payment = {
            "kind": "prepayment",
            "amount_kop": 25_000_00,
            "method": "card",
            "receipt_ref": "ФД 000123",
        }
        phone = offline.work_without_network(measurer, visit_id, visit["site"], openings, payment)
        self.transcript.says(measurer.name, f"is in a basement: the phone keeps {len(phone.kept)} commands")
        self._office_edits_intercom(visit["job_id"])
        sent_at = time.monotonic()
        measurement = offline.reconnect(phone, self.transcript, self.out)
        event = self.live.wait_for("field.measurement_submitted")
        self.transcript.promise(
            event["seen_at"] - sent_at < 5,
            f"the office saw the measurement, hash {measurement['content_hash'][:16]}…",
        )
        paid = olga.list_payments(booked["order_id"])
        sums = [roubles(one["amount_kop"]) for one in paid["payments"]]
        self.transcript.promise(len(sums) == 1, f"the prepayment of {sums[0]} is recorded once")
        statuses = [one["kind"] for one in olga.get_visit_history(visit_id)][-4:]
        self.transcript.promise(
            statuses[-1] == "completed", f"the visit went the right way: {', '.join(statuses)}"
        )
        offline.decide(self.company, self.transcript)
        changed = day.pull()["changed"]["visits"]
        self.transcript.promise(
            [one["site"]["intercom"] for one in changed if one["id"] == visit_id] == ["131К"],
            "the phone gets what was decided",
        )
        return measurement

    def _office_edits_intercom(self, job_id: str) -> None:
        """Meanwhile the dispatcher writes down what the client said by phone."""
        olga = self.company.olga
        site = olga.get_site(olga.get_job(job_id)["site"]["id"])
        olga.update_site(site["id"], {"intercom": "13К"}, if_match=f'"{site["version"]}"')
        self.transcript.says(olga.name, "meanwhile changed the intercom of the site to 13К")

    def _upload(self, app: Caller, visit_id: str, purpose: str, content: bytes, name: str) -> str:
        """Declare a file, upload it, and keep a copy in the output folder."""
        declared = app.declare_attachment(
            visit_id,
            {
                "purpose": purpose,
                "content_type": "image/png" if purpose == "signature" else "image/jpeg",
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            },
        )
        app.upload_attachment(declared["id"], content)
        (self.out / name).write_bytes(content)
        self.transcript.says(app.name, f"uploaded {name}, {len(content)} bytes, SHA-256 checked")
        return str(declared["id"])

    def order_production(self, booked: dict[str, Any], measurement: dict[str, Any]) -> dict[str, Any]:
        self.transcript.step("M5", "The office sees the measurement at once and orders production by it")
        olga = self.company.olga
        ready_on = _moscow_today() + timedelta(days=1)
        body = {
            "job_id": booked["job_id"],
            "measurement_id": measurement["id"],
            "planned_ready_on": ready_on.isoformat(),
        }
        production: dict[str, Any] = olga.place_production_order(body | {"plant_ref": "Завод-7/331"})
        self.transcript.says(
            olga.name, f"ordered production № {production['number']}, ready on {ready_on:%d.%m}"
        )
        self.transcript.promise(
            production["content_hash"] == measurement["content_hash"],
            "the order is tied to this version of the measurement by its hash",
        )
        second = code_of(lambda: olga.place_production_order(body))
        self.transcript.promise(
            second == "measurement_already_ordered", "the same measurement is not ordered twice"
        )
        return production

    def agree_installation(self, production: dict[str, Any]) -> dict[str, Any]:
        self.transcript.step("M6", "The ready date comes near: reminder, free slots, the client agrees")
        olga = self.company.olga
        wait_until(lambda: self._reminders() != [], "the readiness reminder")
        self.transcript.says(f"{olga.name}, inbox", "; ".join(self._reminders()))
        self._move_ready_date(production)
        slots = olga.find_installation_slots(production["id"], days=7)["items"]
        for slot in slots[:3]:
            self.transcript.says("free slot", f"{slot['crew_name']}, {local(slot['starts_at'])}")
        before = len(sms_to(self.anna_phone))
        booked: dict[str, Any] = olga.book_installation(
            production["id"],
            {"crew_id": slots[0]["crew_id"], "starts_at": slots[0]["starts_at"], "agreed_with_client": True},
        )
        self.transcript.says(
            olga.name, f"agreed {local(slots[0]['starts_at'])} with Анна by phone and booked the crew"
        )
        self.transcript.sms(next_sms(self.anna_phone, after=before))
        self.transcript.promise(self._reminders() == [], "the reminder is settled by the booking")
        taken = code_of(
            lambda: olga.book_installation(
                production["id"],
                {
                    "crew_id": slots[0]["crew_id"],
                    "starts_at": slots[0]["starts_at"],
                    "agreed_with_client": True,
                },
            )
        )
        self.transcript.promise(taken is not None, f"booking it a second time is refused: {taken}")
        return booked

    def _reminders(self) -> list[str]:
        return [item["title"] for item in self._reminder_items()]

    def _reminded_dates(self) -> list[date]:
        return [date.fromisoformat(item["params"]["planned_ready_on"]) for item in self._reminder_items()]

    def _reminder_items(self) -> list[dict[str, Any]]:
        items = self.company.olga.list_inbox(is_open=True)["items"]
        return [item for item in items if item["kind"] == "readiness_near"]

    def _move_ready_date(self, production: dict[str, Any]) -> None:
        """The plant is late by a day, so the reminder moves too."""
        later = date.fromisoformat(production["planned_ready_on"]) + timedelta(days=1)
        self.company.olga.change_production_order(
            production["id"], {"planned_ready_on": later.isoformat()}, if_match=f'"{production["version"]}"'
        )
        self.transcript.says("the plant", f"moved the ready date to {later:%d.%m}")
        wait_until(lambda: self._reminded_dates() == [later], "the moved reminder")
        self.transcript.promise(
            len(self._reminders()) == 1, "a moved date moves the reminder; there is still one"
        )

    def install(self, booked: dict[str, Any]) -> dict[str, Any]:
        self.transcript.step("M7", "The crew installs: checklist, photos, act with signature, rewards")
        visit_id, rinat = booked["visit"]["id"], self.company.rinat.app
        rinat.accept_visit(visit_id, _tap())
        rinat.depart_for_visit(visit_id, _tap(eta_minutes=40))
        rinat.arrive_at_visit(visit_id, _tap(point=SITE["point"]))
        rinat.start_visit(visit_id, _tap())
        early = code_of(lambda: rinat.complete_visit(visit_id, _tap()))
        self.transcript.promise(early == "proofs_missing", f"completing without proofs is refused: {early}")
        self._answer_checklist(rinat, visit_id)
        for number, colour in ((1, (90, 120, 150)), (2, (140, 130, 110))):
            photo = pictures.photo(f"Okno {number}", colour)
            self._upload(rinat, visit_id, "photo", photo, f"installation-{number}.jpg")
        act = self._present_act(rinat, visit_id)
        signature = self._upload(rinat, visit_id, "signature", pictures.signature(), "signature.png")
        signed: dict[str, Any] = rinat.sign_act(
            act["id"],
            _tap(
                signer_name="Котова Анна Сергеевна",
                signature_attachment_id=signature,
                content_hash=act["content_hash"],
            ),
        )
        self.transcript.says("Анна Сергеевна", f"signed act № {signed['number']} on the phone's screen")
        rinat.complete_visit(visit_id, _tap())
        self._keep_pdfs(signed)
        self._explain_rewards(signed)
        return signed

    def _answer_checklist(self, rinat: Caller, visit_id: str) -> None:
        (version,) = rinat.list_visit_forms(visit_id)["versions"]
        questions = version["schema"]["properties"]
        answers = {code: _answer_to(question) for code, question in questions.items()}
        answered = _tap(form_id=version["form_id"], version=version["version"], answers=answers)
        rinat.answer_form(visit_id, answered | {"is_finished": True})
        self.transcript.says(rinat.name, f"filled in the checklist: {len(answers)} answers")

    def _present_act(self, rinat: Caller, visit_id: str) -> dict[str, Any]:
        prices = {one["code"]: one for one in rinat.list_field_work_items()["items"]}
        work = next(code for code in prices if "window" in code)
        windows = {"name": "Окно ПВХ двухстворчатое", "kind": "window", "profile": "70 мм"}
        act: dict[str, Any] = rinat.present_act(
            visit_id,
            {
                "lines": [{"work_code": work, "quantity": 2}],
                "products": [windows | {"opening_label": label} for label in ("О-1", "О-2")],
            },
        )
        for line in act["content"]["lines"]:
            self.transcript.says(
                "act line", f"{line['name_ru']} × {line['quantity']} = {roubles(line['sum_kop'])}"
            )
        content = act["content"]
        sums = {name: roubles(content[f"{name}_kop"]) for name in ("total", "prepaid", "due")}
        self.transcript.says("act", ", ".join(f"{name} {amount}" for name, amount in sums.items()))
        return act

    def _keep_pdfs(self, act: dict[str, Any]) -> None:
        for lang in ("ru", "en"):
            pdf: bytes = self.company.olga.get_act_pdf(act["id"], lang=lang)
            (self.out / f"act-{lang}.pdf").write_bytes(pdf)
            digest = hashlib.sha256(pdf).hexdigest()
            verdict = Caller(self.url, "anybody").verify_act(act["check_code"], pdf)
            self.transcript.says("act.pdf", f"{lang}, {len(pdf)} bytes, SHA-256 {digest[:16]}…")
            self.transcript.promise(
                verdict["is_genuine"], f"the check page confirms the {lang} PDF by its hash"
            )
            forged = Caller(self.url, "anybody").verify_act(act["check_code"], pdf[:-2] + b"xx")
            self.transcript.promise(
                not forged["is_genuine"], "the check page rejects a PDF with two changed bytes"
            )

    def _explain_rewards(self, act: dict[str, Any]) -> None:
        rewards = self.company.olga.list_act_rewards(act["id"])
        for one in rewards["items"]:
            self.transcript.says("reward", one["explanation"])
        lines = {one["line"]: one["line_reward_kop"] for one in rewards["items"]}
        self.transcript.promise(
            rewards["total_kop"] == sum(lines.values()),
            f"the shares add up exactly: {roubles(rewards['total_kop'])}",
        )

    def open_passports(self, act: dict[str, Any]) -> None:
        self.transcript.step("M8", "Every installed product has a tag and a passport")
        passports = self.company.olga.list_passports(site_id=act["site_id"])["items"]
        for passport in passports:
            code = passport["tag_code"]
            label: bytes = self.company.olga.get_passport_label(passport["id"])
            (self.out / f"label-{code}.pdf").write_bytes(label)
            page = httpx.get(f"{self.url}/p/{code}", timeout=30)
            public = Caller(self.url, "anybody").open_passport(code)
            self.transcript.says(
                f"tag {code}", f"{public['product']['name']}, warranty until {public['warranty_until']}"
            )
            self.transcript.promise(page.status_code == 200, f"{self.url}/p/{code} opens for anybody")
            shown = page.text + json.dumps(public, ensure_ascii=False)
            personal = ("Котова", "Анна", self.anna_phone[-7:], "Тверская", "Галиев")
            self.transcript.promise(
                not any(one in shown for one in personal), "the page shows no personal data"
            )
        self.transcript.promise(len(passports) == 2, "two windows, two passports")


class LiveChannel:
    """Olga's screen: follows the live channel and records when each event arrives."""

    def __init__(self, olga: Caller) -> None:
        self._olga = olga
        self._seen: list[dict[str, Any]] = []
        self._connected = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()
        if not self._connected.wait(10):
            raise TimeoutError("the live channel did not open")

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _follow(self) -> None:
        headers = {"Authorization": f"Bearer {self._olga.token}"}
        with httpx.stream("GET", f"{self._olga.url}/api/v1/live", headers=headers, timeout=None) as answer:
            for kind, data in _events(answer.iter_lines(), self._connected):
                self._seen.append(data | {"kind": kind, "seen_at": time.monotonic()})
                if self._over.is_set():
                    return

    def wait_for(self, kind: str) -> dict[str, Any]:
        """The newest event of that kind."""
        wait_until(lambda: any(one["kind"] == kind for one in self._seen), f"the live event {kind}")
        return next(one for one in reversed(self._seen) if one["kind"] == kind)


def _events(lines: Iterator[str], connected: threading.Event) -> Iterator[tuple[str, dict[str, Any]]]:
    kind = ""
    for line in lines:
        connected.set()
        if line.startswith("event:"):
            kind = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            yield kind, json.loads(line.removeprefix("data:"))


def _tap(**fields: Any) -> dict[str, Any]:
    """A command as a phone sends it."""
    return {"command_id": str(uuid4()), "occurred_at": datetime.now(UTC).isoformat(), **fields}


def _opening(label: str, room: str, width_mm: int, height_mm: int) -> dict[str, Any]:
    diagonal = round((width_mm**2 + height_mm**2) ** 0.5)
    widths = dict.fromkeys(("width_top_mm", "width_middle_mm", "width_bottom_mm"), width_mm)
    heights = dict.fromkeys(("height_left_mm", "height_middle_mm", "height_right_mm"), height_mm)
    diagonals = {"diagonal_1_mm": diagonal, "diagonal_2_mm": diagonal + 2}
    return {"label": label, "room": room, "kind": "window", "wall": "brick", **widths, **heights, **diagonals}


def _answer_to(question: dict[str, Any]) -> Any:
    if "enum" in question:
        return question["enum"][0]
    return {"boolean": True, "number": 1, "string": "Замечаний нет"}[question["type"]]


def _offers(olga: Caller, visit_id: str) -> list[dict[str, Any]]:
    offers: list[dict[str, Any]] = olga.list_offers(visit_id)
    return offers


def _lateness_s(olga: Caller, visit_id: str, accept_by: str) -> float:
    expired = next(one for one in olga.get_visit_history(visit_id) if one["kind"] == "offer_expired")
    late = datetime.fromisoformat(expired["received_at"]) - datetime.fromisoformat(accept_by)
    return late.total_seconds()


def _shown_message(details: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": details["message"]["status"],
        "provider": details["message"]["provider"],
        "segments": details["message"]["segments"],
        "attempts": [one["outcome"] for one in details["attempts"]],
        "reports": [one["state"] for one in details["reports"]],
    }


def _next_quarter(moment: datetime) -> datetime:
    minute = (moment.minute // 15 + 1) * 15
    return moment.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=minute)


def _moscow_today() -> date:
    return (datetime.now(UTC) + timedelta(hours=3)).date()
