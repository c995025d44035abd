"""Kannel, a real SMS gateway, with a fake SMS centre behind it, so that no SMS is sent."""

import os
import re
import secrets
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from deploy.local.failures import Failure
from deploy.local.servers.process import Server, finish, spawn, wait_until

CONFIG = """\
group = core
admin-port = {admin_port}
admin-interface = "127.0.0.1"
admin-password = {password}
admin-deny-ip = "*.*.*.*"
admin-allow-ip = "127.0.0.1"
smsbox-port = {smsbox_port}
smsbox-interface = "127.0.0.1"
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-file = "{home}/bearerbox.log"
log-level = 0
access-log = "{home}/access.log"
dlr-storage = internal
store-type = spool
store-location = "{home}/store"
sms-resend-freq = 5
sms-resend-retry = 3

group = smsc
smsc = fake
smsc-id = FAKE
port = {smsc_port}
host = 127.0.0.1
connect-allow-ip = 127.0.0.1

group = smsbox
smsbox-id = "sb1"
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms_port}
sendsms-interface = "127.0.0.1"
sendsms-url = /cgi-bin/sendsms
global-sender = BRIGADA
log-file = "{home}/smsbox.log"
log-level = 0
http-request-retry = 5
http-queue-delay = 3
http-timeout = 10

group = smsbox-route
smsbox-id = "sb1"
smsc-id = "FAKE"

group = sendsms-user
username = {username}
password = {password}
concatenation = true
max-messages = 10
default-smsc = FAKE
user-deny-ip = "*.*.*.*"
user-allow-ip = "127.0.0.1"

group = sms-service
keyword = default
{answers}
max-messages = 0
catch-all = true
"""

# fakesmsc prints a message that it got as:  … Got message 3: <SENDER RECEIVER KIND …>
_PRINTED = re.compile(r"Got message \d+: <(.*)>$")
_MESSAGE = re.compile(
    r"(?P<sender>.*?) (?P<receiver>\+?\d+) (?:udh (?P<udh>\S+) )?(?P<kind>text|ucs-2|data)(?: (?P<body>.*))?"
)


@dataclass(frozen=True)
class ReceivedSms:
    """One message that arrived at the fake SMS centre. Its parts are joined.

    `parts` is the number of segments that were really sent. Each of them is billed.
    """

    sender: str
    receiver: str
    text: str
    parts: int = 1


class Kannel(Server):
    """bearerbox, smsbox and fakesmsc together. All their files are in `home`.

    After a restart they have the same ports and password, and send the messages that waited in the
    store. Delivery reports come as from a real centre, but at once and from several connections. So
    `delivered` (1) often comes before `accepted by the centre` (8).
    """

    name = "Kannel"
    username = "brigada"
    port_count = 4
    # After one SIGTERM bearerbox waits for its queues. The second one stops it at once.
    endings = ((signal.SIGTERM, 3.0), (signal.SIGTERM, 2.0))

    def __init__(self, home: Path, *, inbound_url: str = "") -> None:
        """`inbound_url`: where texts that phones send go. Without it they are dropped."""
        self.home = home.resolve()
        super().__init__(self.home / "console.log")
        self.password = secrets.token_hex(8)
        self.inbound_url = inbound_url
        self.smsbox: subprocess.Popen[bytes] | None = None
        self.fakesmsc: subprocess.Popen[bytes] | None = None

    @property
    def sendsms_port(self) -> int:
        return self.ports[3]

    @property
    def sendsms_url(self) -> str:
        """Where to send: GET with username, password, from, to, text, coding, charset, dlr-url, dlr-mask."""
        return f"http://127.0.0.1:{self.sendsms_port}/cgi-bin/sendsms"

    @property
    def received_file(self) -> Path:
        """The output of fakesmsc. `read_received` can read it."""
        return self.home / "fakesmsc.log"

    def launch(self) -> subprocess.Popen[bytes]:
        """Start all three. Returns the process of bearerbox."""
        (self.home / "store").mkdir(parents=True, exist_ok=True)
        names = ("admin_port", "smsbox_port", "smsc_port", "sendsms_port")
        answers = f'get-url = "{self.inbound_url}"' if self.inbound_url else 'text = ""'
        told = {"home": self.home, "username": self.username, "password": self.password, "answers": answers}
        config = self.home / "kannel.conf"
        config.touch(mode=0o600)
        config.write_text(CONFIG.format(**told, **dict(zip(names, self.ports, strict=True))))
        self.process = spawn([_program("bearerbox"), "-v", "2", config], log=self.log)
        try:
            running = "Status: running"
            wait_until(
                lambda: running in self.status(),
                what=self.name,
                process=self.process,
                log=self.log,
                pause=0.05,
            )
            self.start_fakesmsc()
            self.smsbox = spawn([_program("smsbox"), "-v", "2", config], log=self.log)
        except BaseException:
            self.stop()
            raise
        return self.process

    def is_ready(self) -> bool:
        """Whether the centre and smsbox are connected and smsbox listens, which it does last."""
        report = self.status()
        if not re.search(r"FAKE\[FAKE\].*\(online", report) or "smsbox:sb1" not in report:
            return False
        try:
            urllib.request.urlopen(self.sendsms_url, timeout=2).close()
        except urllib.error.HTTPError:
            return True  # 403: smsbox answered, only the login was missing
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """Stop all three. Waiting messages stay in the store."""
        finish(self.smsbox, *self.endings)
        self.stop_fakesmsc()
        super().stop()

    def start_fakesmsc(self) -> None:
        """Start the centre, also again after `stop_fakesmsc`. The gateway connects to it within 10 s."""
        self.fakesmsc = spawn(
            [_program("fakesmsc"), "-H", "127.0.0.1", "-r", str(self.ports[2]), "-m", "0", "1 2 text nop"],
            log=self.received_file,
        )

    def bring(self, message: str) -> None:
        """Let the centre bring one message of a phone: `79031234567 1234 text STOP`."""
        self.stop_fakesmsc()
        command = [_program("fakesmsc"), "-H", "127.0.0.1", "-r", str(self.ports[2]), "-m", "1", message]
        self.fakesmsc = spawn(command, log=self.received_file)

    def stop_fakesmsc(self) -> None:
        """Stop the centre, as in an outage. Messages then wait in the gateway's store."""
        finish(self.fakesmsc, (signal.SIGTERM, 5.0))

    def received(self) -> list[ReceivedSms]:
        """Every message the centre has got so far, oldest first."""
        return read_received(self.received_file)

    def wait_for(self, count: int, patience: float = 10.0) -> list[ReceivedSms]:
        """Wait until at least `count` messages arrived or `patience` seconds passed. Returns `received()`."""
        deadline = time.monotonic() + patience
        while len(self.received()) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.received()

    def status(self) -> str:
        """The gateway's own status report. Empty while it does not answer."""
        url = f"http://127.0.0.1:{self.ports[0]}/status.txt?password={self.password}"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return str(answer.read().decode("utf-8", "replace"))
        except (OSError, urllib.error.URLError):
            return ""


def find_programs() -> bool:
    """Whether Kannel and its fake centre are installed."""
    return all(_find(name) for name in ("bearerbox", "smsbox", "fakesmsc"))


def _find(name: str) -> str | None:
    return shutil.which(name, path=f"{os.defpath}:/usr/sbin:/usr/local/sbin:/usr/lib/kannel/test")


def _program(name: str) -> str:
    found = _find(name)
    if found is None:
        raise Failure(
            f"Kannel's {name} is not installed.", todo="Debian and Ubuntu: apt install kannel kannel-extras"
        )
    return found


def read_received(printed: Path) -> list[ReceivedSms]:
    """Read the messages from the output of fakesmsc, and join the parts of long messages.

    A message is returned when its last part has arrived. A line break in a `text` message makes
    fakesmsc print a second message without a receiver. This is joined to the first again.
    """
    try:
        lines = printed.read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []
    messages: list[ReceivedSms] = []
    unfinished: dict[tuple[str, str, int], dict[int, bytes]] = {}
    for line in lines:
        shown = _PRINTED.search(line)
        if shown is None:
            continue
        found = _MESSAGE.fullmatch(shown[1])
        if found is None:
            if messages:
                last = messages[-1]
                messages[-1] = ReceivedSms(last.sender, last.receiver, f"{last.text}\n{shown[1]}", last.parts)
            continue
        sender, receiver, body = found["sender"], found["receiver"], found["body"] or ""
        if not found["udh"]:
            messages.append(ReceivedSms(sender, receiver, _decode(found["kind"], body)))
            continue
        reference, total, number = unquote_to_bytes(found["udh"].replace("+", " "))[-3:]
        parts = unfinished.setdefault((sender, receiver, reference), {})
        parts[number] = _to_bytes(body)
        if len(parts) == total:
            whole = b"".join(parts[n] for n in sorted(parts))
            messages.append(ReceivedSms(sender, receiver, _decode_data(whole), total))
            del unfinished[sender, receiver, reference]
    return messages


def _to_bytes(body: str) -> bytes:
    """Decode Kannel's URL encoding, where a plus is a space."""
    return unquote_to_bytes(body.replace("+", " "))


def _decode(kind: str, body: str) -> str:
    if kind == "text":
        return body
    return (
        _to_bytes(body).decode("utf-16-be", "replace") if kind == "ucs-2" else _decode_data(_to_bytes(body))
    )


def _decode_data(raw: bytes) -> str:
    """The text of a part that does not name its alphabet.

    In UCS-2 almost every first byte of Latin (00) and Cyrillic (04) text is below 08. In text with
    one byte per character only control characters are.
    """
    pairs = raw[::2]
    if len(raw) % 2 == 0 and sum(byte < 0x08 for byte in pairs) * 2 > len(pairs):
        return raw.decode("utf-16-be", "replace")
    return raw.decode("utf-8", "replace")
