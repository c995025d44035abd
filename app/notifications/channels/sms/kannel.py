"""Kannel, the SMS gateway, over its HTTP interface (`sendsms`)."""

import asyncio
import math
from collections.abc import Mapping
from datetime import timedelta

import httpx

from app.notifications.channels.protocol import Accepted, Letter, Outcome, Rejected, ReportState, Unknown
from app.notifications.channels.sms.segments import Alphabet, count_segments
from app.notifications.channels.sms.signatures import sign_reports

TIMEOUT = httpx.Timeout(10, connect=3)
TIMEOUT_IN_ALL_S = 20
DLR_MASK = 31
"""Ask Kannel for all reports: delivered, not delivered, buffered, accepted, refused."""

CODING = {Alphabet.GSM_7: 0, Alphabet.UCS_2: 2}
ACCEPTED_ANSWERS = ("0:", "3:")
"""`0: Accepted for delivery`, `3: Queued for later delivery`."""
NOTHING_WAS_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

REPORTS = {
    "1": ReportState.DELIVERED,
    "2": ReportState.UNDELIVERED,
    "4": ReportState.BUFFERED,
    "8": ReportState.ACCEPTED,
    "16": ReportState.REFUSED,
}


def read_report(raw: Mapping[str, str]) -> ReportState:
    """The state in a delivery report. An unknown type becomes `OTHER`, which changes nothing."""
    return REPORTS.get(raw.get("type", ""), ReportState.OTHER)


class KannelProvider:
    """Kannel's answer has no message id. So reports come to an address of ours that contains `ref`.

    Every call opens a new connection. If the gateway closed a reused one, we would not know whether
    it had read the request or even sent the message.
    """

    def __init__(
        self,
        *,
        url: str,
        username: str,
        password: str,
        public_url: str,
        secret_key: str,
        report_within: timedelta | None = None,
        name: str = "kannel",
    ) -> None:
        self.name = name
        self._url = url
        self._login = {"username": username, "password": password}
        self._public_url = public_url
        self._secret_key = secret_key
        self._report_within = report_within
        self._client = httpx.AsyncClient(
            timeout=TIMEOUT,
            trust_env=False,
            headers={"Connection": "close"},
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=0),
        )

    async def send(
        self,
        *,
        ref: str,
        to: str,
        text: str,
        sender: str,
        valid_for: timedelta | None = None,
        letter: Letter | None = None,
    ) -> Outcome:
        params: dict[str, str | int] = {
            **self._login,
            "from": sender,
            "to": to,
            "text": text,
            "coding": CODING[count_segments(text).alphabet],
            "charset": "UTF-8",
            "dlr-mask": DLR_MASK,
            "dlr-url": self._report_url(ref),
        }
        if valid_for is not None:
            params["validity"] = max(1, math.ceil(valid_for.total_seconds() / 60))
        try:
            async with asyncio.timeout(TIMEOUT_IN_ALL_S):
                answer = await self._client.get(self._url, params=params)
        except NOTHING_WAS_SENT as error:
            return Rejected(code=_words(error), permanent=False)
        except (httpx.TransportError, TimeoutError) as error:
            return Unknown(detail=_words(error))
        return self._read_answer(answer)

    def _report_url(self, ref: str) -> str:
        """The address for reports. Kannel fills in its `%` codes: type, centre, its id, the centre's answer, time.

        Nothing in the address may be percent-encoded: Kannel would read that as codes of its own.
        """
        signature = sign_reports(self._secret_key, ref)
        return (
            f"{self._public_url}/api/v1/callbacks/sms/kannel/{ref}"
            f"?type=%d&smsc=%i&fid=%F&reply=%A&ts=%T&sig={signature}"
        )

    def _read_answer(self, answer: httpx.Response) -> Outcome:
        """403: wrong login or no route. 400: something is missing. 503: `Temporal failure, try again later.`"""
        words = f"{answer.status_code} {answer.text[:200].strip()}"
        if answer.is_success and answer.text.startswith(ACCEPTED_ANSWERS):
            return Accepted(report_within=self._report_within)
        if answer.status_code in (429, 503):
            return Rejected(code=words, permanent=False)
        if answer.is_client_error:
            return Rejected(code=words, permanent=True)
        return Unknown(detail=words)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
