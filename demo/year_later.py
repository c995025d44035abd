"""A year after the installation: the company brings its client back, and hears when she wants no more of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from demo.caller import code_of
from demo.company import Company
from demo.phones import next_sms, sms_to, wait_until
from demo.transcript import Transcript, local, roubles

WORDS = {
    "text_ru": "Согласна получать рекламные сообщения компании «Светлые окна» по SMS.",
    "text_en": "I agree to advertising messages of “Bright Windows” by SMS.",
}
INVITE = {
    "kind": "care_invite",
    "legal_class": "marketing",
    "draft": {
        "ru": {
            "sms": "{client}, {due} пора: {what}. Записать вас? Ответьте ДА, НЕТ или ПЕРЕНЕСТИ. {company}. Отказ: СТОП"
        },
        "variables": {
            "company": {"ru": ["Светлые окна"]},
            "client": {"ru": ["Анна"]},
            "what": {"ru": ["регулировка"]},
            "due": {"ru": ["2 марта"]},
        },
    },
}


ANNA = "Анна Сергеевна"
SHOWN = 12
"""Entries of the history that the transcript shows."""
ON_THE_CARD = {
    *("request", "measurement", "order", "payment", "act", "passport", "message", "text", "task", "status"),
    *("consent", "disappointment"),
}


class YearLater:
    """Anna Kotova has had her windows for a year."""

    def __init__(self, company: Company, transcript: Transcript) -> None:
        self.company = company
        self.transcript = transcript

    def play(self) -> None:
        """Play all scenes in order.

        Raises:
            PromiseBroken, Refused, TimeoutError: a scene failed.
        """
        anna = self.find_client()
        self.agree_to_advertising(anna)
        self.invite(anna)
        self.answer_and_book(anna)
        self.win_back(anna)
        self.stop(anna)
        self.show_card(anna)

    def find_client(self) -> dict[str, Any]:
        self.transcript.step("R10, R45", "A year later: everybody signs in again, and a need comes due")
        olga = self.company.olga
        anna: dict[str, Any] = olga.list_clients(query="Котова")["items"][0]
        wait_until(lambda: olga.get_client_life(anna["id"])["needs"], "the needs of Anna")
        life = olga.get_client_life(anna["id"])
        self.transcript.says("the product", f"{life['life']['name']}, {_said(life['life'])}")
        for need in life["needs"]:
            self.transcript.says(
                "", f"  {need['category']}: due on {need['due_on']}, {need['due_source_text']}"
            )
        today = datetime.now(UTC).date().isoformat()
        self.transcript.promise(
            any(need["due_on"] <= today for need in life["needs"]),
            "what the windows need follows from the act that she signed a year ago",
        )
        return anna

    def agree_to_advertising(self, anna: dict[str, Any]) -> None:
        self.transcript.step("R39", "No advertising without consent")
        irina, olga = self.company.irina, self.company.olga
        irina.publish_client_consent_text({"purpose": "marketing", **WORDS})
        template = irina.create_template(INVITE)
        irina.publish_template(template["id"], if_match=f'"{template["version"]}"')
        olga.propose_invitations({})
        early = self._release()
        self.transcript.promise(
            early["released"] == 0 and early["no_consent"] == 1, "she has not agreed, so nothing is sent"
        )
        olga.record_client_consent(
            anna["id"],
            {
                "contact_kind": "phone",
                "value": _phone_of(anna),
                "purposes": ["marketing"],
                "channels": ["sms"],
                "how": "spoken",
                "said_at": datetime.now(UTC).isoformat(),
                "note": "Позвонила спросить о гарантии, согласилась на напоминания",
            },
        )
        self.transcript.says(olga.name, "Anna called, and agreed to reminders by SMS; the wording is kept")

    def invite(self, anna: dict[str, Any]) -> None:
        self.transcript.step("R107, R109", "An invitation, released by a person, for whom there is time")
        self._sent = len(sms_to(_phone_of(anna)))
        released = self._release()
        self.transcript.says(self.company.irina.name, f"released {released['released']} of 1 proposed")
        self.transcript.promise(released["released"] == 1, "the brigade of her area has free hours")
        sms = next_sms(_phone_of(anna), after=self._sent)
        self.transcript.sms(sms)
        self.transcript.promise("СТОП" in sms.text.upper(), "it says how to stop such messages")

    def answer_and_book(self, anna: dict[str, Any]) -> None:
        self.transcript.step("M27, R107", "She answers by SMS, and the visit is booked")
        olga = self.company.olga
        self._texts(anna, "Да, можно")
        wait_until(lambda: self._invitation(anna)["status"] == "answered", "her answer")
        request = olga.get_request(self._invitation(anna)["request_id"])
        self.transcript.says(
            "the product", f"a request from {request['contact_name']}: «{request['comment']}»"
        )
        service = next(one for one in olga.list_job_types()["items"] if one["kind"] == "service")
        site = olga.list_sites(anna["id"])["items"][0]
        job = olga.create_job(
            {"job_type_id": service["id"], "client_id": anna["id"], "site_id": site["id"]},
        )
        starts_at = (datetime.now(UTC) + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
        sent = len(sms_to(_phone_of(anna)))
        olga.plan_visit(job["id"], {"starts_at": starts_at.isoformat(), "duration_min": 60})
        olga.update_request(request["id"], {"status": "closed"}, if_match=f'"{request["version"]}"')
        self.transcript.says(olga.name, f"planned the visit for {local(starts_at)}")
        self.transcript.sms(next_sms(_phone_of(anna), after=sent))
        wait_until(lambda: self._invitation(anna)["status"] == "booked", "the invitation to be booked")
        self.transcript.promise(
            self._invitation(anna)["job_id"] == job["id"], "the invitation knows what was booked"
        )
        olga.propose_invitations({})
        self.transcript.promise(len(self._invitations(anna)) == 1, "who has a visit is not invited once more")

    def win_back(self, anna: dict[str, Any]) -> None:
        self.transcript.step("R15, R17, R122", "She is disappointed, and somebody wins her back step by step")
        irina, olga = self.company.irina, self.company.olga
        complaint = {"kind": "complaint", "severity": 2, "comment": "Дует из-под подоконника"}
        olga.note_disappointment(anna["id"], complaint)
        self.transcript.says(olga.name, "wrote down a complaint: «Дует из-под подоконника»")
        wait_until(lambda: self._status(anna) == "returnee", "the status of a disappointed client")
        wait_until(lambda: olga.list_cases(client_id=anna["id"])["items"], "her case")
        case = olga.list_cases(client_id=anna["id"])["items"][0]
        early = code_of(lambda: irina.confirm_case(case["id"], {"is_settled": True, "words": "Да"}))
        self.transcript.promise(early == "case_step_out_of_order", "no step is taken before its turn")
        file = irina.see_case_evidence(case["id"])
        self.transcript.says("the file", f"packed before anybody called: {_counted(file['content'])}")
        irina.see_case_money(case["id"], {})
        reached = {"result": "reached", "stated_reason": "price", "words": "И дорого, и дует"}
        irina.record_case_contact(case["id"], reached)
        evidence = [file["content"]["signals"][0]["id"]]
        found = {
            "reason": "quality_installation",
            "evidence": evidence,
            "words": "Щель под подоконником 4 мм",
        }
        verified = irina.verify_case_reason(case["id"], found)
        self.transcript.says(
            irina.name, f"she says: {verified['stated_reason']}; found: {verified['verified_reason']}"
        )
        irina.propose_recovery_action(case["id"], {"kind": "rework", "note": "Запенить примыкание заново"})
        irina.confirm_case(case["id"], {"is_settled": True, "words": "Спасибо, больше не дует"})
        task = {
            "what": "Показать бригаде, как запенивать под подоконником",
            "responsible_id": case["owner_id"],
            "due_at": (datetime.now(UTC) + timedelta(days=2)).isoformat(),
        }
        over = irina.end_case(case["id"], {"task": task})
        wait_until(lambda: self._status(anna) != "returnee", "the status of a client who was won back")
        self.transcript.promise(
            over["status"] == "recovered", "the case ends with a task, so that it stays so"
        )

    def _status(self, anna: dict[str, Any]) -> str:
        status: str = self.company.olga.get_client_life(anna["id"])["life"]["status"]["status"]
        return status

    def stop(self, anna: dict[str, Any]) -> None:
        self.transcript.step("R39", "A stop word holds at once, and advertising is over")
        olga = self.company.olga
        self._texts(anna, "СТОП")
        advertising = {
            one["channel"]: one["reason"]
            for one in olga.list_client_permissions(anna["id"])["items"]
            if one["purpose"] == "marketing" and not one["is_allowed"]
        }
        self.transcript.promise(advertising["sms"] == "stop", "she gets no advertising by SMS any more")
        answers = [one["body"] for one in olga.list_inbound_messages(anna["id"])["items"]]
        self.transcript.promise("СТОП" in answers, "what she wrote stays on her card")

    def show_card(self, anna: dict[str, Any]) -> None:
        self.transcript.step("R57, R58", "The card of the client, and what a new colleague must know")
        olga = self.company.olga
        card = olga.get_client_card(anna["id"])
        life = card["life"]
        self.transcript.says("card", f"{life['name']}, {_said(life)}")
        self.transcript.says("", f"receipts {life['receipts']}, {roubles(life['total_kop'])}")
        for entry in reversed(card["history"][:SHOWN]):
            self.transcript.says("", f"  {local(entry['at'])}  {entry['title']}  {entry['status_text']}")
        kinds = {entry["kind"] for entry in card["history"]}
        self.transcript.promise(
            kinds >= ON_THE_CARD, f"one answer has all of it: {', '.join(sorted(ON_THE_CARD))}"
        )
        handover = olga.get_client_handover(anna["id"])
        for part in ("warnings", "open", "promises", "contacts"):
            for line in handover[part]:
                self.transcript.says(part, line["text"])
        self.transcript.promise(
            any("реклам" in line["text"] for line in handover["warnings"]),
            "a new colleague is warned that she wants no advertising",
        )

    def _release(self) -> dict[str, Any]:
        body = {"name": "Уход за окнами", "template_kind": INVITE["kind"]}
        released: dict[str, Any] = self.company.irina.release_invitations(body)
        return released

    def _invitations(self, anna: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.company.olga.list_invitations(client_id=anna["id"])["items"]
        return found

    def _invitation(self, anna: dict[str, Any]) -> dict[str, Any]:
        return self._invitations(anna)[0]

    def _texts(self, anna: dict[str, Any], words: str) -> None:
        """What Kannel calls when a client has sent an SMS."""
        address: str = self.company.irina.get_inbound_url()["url"]
        told = {"%p": quote(_phone_of(anna)), "%b": quote(words), "%c": "0", "%C": "UTF-8", "%I": ""}
        for code, value in told.items():
            address = address.replace(code, value)
        httpx.get(address, timeout=30).raise_for_status()
        self.transcript.says(ANNA, f"answers by SMS: «{words}»")


def _counted(content: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {len(rows)}" for name, rows in content.items() if isinstance(rows, list) and rows
    )


def _said(life: dict[str, Any]) -> str:
    return f"{life['status']['status_text']} ({life['status']['reason_text']})"


def _phone_of(client: dict[str, Any]) -> str:
    phone: str = next(one["value"] for one in client["contacts"] if one["kind"] == "phone")
    return phone
