"""Settings from the environment. Each field names its variable in capitals."""

import os
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from app.core.addresses import networks_of

TILES_URL = r"^(https?://(\{s\}\.)?[a-z0-9.-]+(:[0-9]+)?/\S*\{z\}\S*)?$"
"""The host stands in a header, so nothing else may be in it. `{s}` is one of several servers."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    app_database_url: str
    """PostgreSQL as the restricted role: `postgresql://user:password@host:port/name`. API and background process."""

    redis_url: str
    """Redis for job wake-ups and the live channel. Losing its data loses nothing of value."""

    secret_key: str
    """64 hex digits. Access tokens, link signatures, stored one-time codes and the restricted
    role's password depend on it: keep it, keep it secret, give all processes of a database the same."""

    public_url: str = "http://127.0.0.1:8000"
    """Where people reach this server: printed into QR codes, SMS and gateway callbacks. No trailing slash."""

    files_url: str = "file://var/files"
    """Photos, signatures, PDFs: `file:///folder` or `s3://bucket?endpoint=http://…&region=…` (keys from AWS_*)."""

    photos_per_job: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 40
    """How many photos of the work a job may have."""

    upload_mb_per_day: Annotated[int, msgspec.Meta(ge=1)] = 2048
    """How many megabytes of photos and signatures a company may declare in 24 hours."""

    sms_provider: Literal["file", "kannel"] = "file"
    """`file` appends every SMS to SMS_FILE as a JSON line (development); `kannel` sends through the gateway."""

    sms_file: str = "var/sms.jsonl"
    """Where the `file` provider writes."""

    kannel_url: str = "http://127.0.0.1:13013/cgi-bin/sendsms"
    """Kannel's sendsms address."""

    kannel_username: str = ""
    """Kannel's sendsms-user."""

    kannel_password: str = ""
    """Its password."""

    kannel_2_url: str = ""
    """A second Kannel, which is asked while the first one fails. Empty: there is none."""

    kannel_2_username: str = ""
    """Its sendsms-user."""

    kannel_2_password: str = ""
    """Its password."""

    email_provider: Literal["file", "smtp"] = "file"
    """`file` appends every e-mail to EMAIL_FILE as a JSON line (development); `smtp` sends through a mail server."""

    email_file: str = "var/email.jsonl"
    """Where the `file` provider of e-mails writes."""

    smtp_host: str = ""
    """The mail server."""

    smtp_port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 587
    """Its port."""

    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is encrypted: by STARTTLS, from its beginning (465), or not at all (this machine only)."""

    smtp_username: str = ""
    """Name to sign in with. Empty: without."""

    smtp_password: str = ""
    """Its password."""

    email_from: str = ""
    """Address from which e-mails come. Answers and letters that ask for no more go there, so people must read it."""

    sms_sender: str = "BRIGADA"
    """Sender name shown on the client's phone when the company has set none: at most 11 Latin letters or digits."""

    sms_report_within_h: Annotated[int, msgspec.Meta(ge=0, le=720)] = 24
    """Hours a gateway may take to report what became of an SMS; then its state is `unknown` and, if it was for a
    client, the dispatchers are told. 0 waits for ever: for gateways that never report."""

    sign_up: Literal["open", "closed"] = "open"
    """Whether anybody may register a company. `closed` on a server of one company."""

    unlimited_networks: str = "127.0.0.0/8 ::1/128"
    """Addresses with no limit of tries per address (those per phone and e-mail stay): networks, with spaces between."""

    code_misses_per_hour: Annotated[int, msgspec.Meta(ge=1)] = 30
    """Unknown codes of acts and passports one address may try in an hour; then it waits (429)."""

    audit_key: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    """64 hex digits: signs what the file store keeps of the audit, so that whoever can write there cannot forge it.
    Empty: it is not signed. Once set, keep it: without it the signatures cannot be checked."""

    trusted_proxies: str = "127.0.0.0/8 ::1/128"
    """Networks of our own proxies, with spaces between. What they write into X-Forwarded-For, or else into
    Forwarded, is believed; what anybody else writes is not."""

    refusals_per_s: Annotated[float, msgspec.Meta(ge=0)] = 20
    """Refusals a company, or a stranger's address, gets in a second; more come one after the other. 0: as many as it
    likes."""

    field_days_ahead: Annotated[int, msgspec.Meta(ge=1, le=31)] = 7
    """Days ahead for which a worker's phone gets his visits, so that it can do without network."""

    tiles_file: str = ""
    """A PMTiles file with the background of maps, which this server gives to browsers. Empty: there is none."""

    tiles_url: Annotated[str, msgspec.Meta(pattern=TILES_URL)] = ""
    """Somebody else's server of tiles, `https://tiles.example/{z}/{x}/{y}.png`, which then learns what people look at.
    Empty: browsers ask nobody else."""

    tiles_attribution: str = ""
    """Whom maps must name, as plain text. Empty: whom the file names."""

    tiles_max_zoom: Annotated[int, msgspec.Meta(ge=1, le=24)] = 19
    """The deepest zoom that TILES_URL has."""

    database_pool: Annotated[int, msgspec.Meta(ge=2)] = 10
    """Connections to PostgreSQL per process, for people who are signed in."""

    strangers_pool: Annotated[int, msgspec.Meta(ge=1)] = 3
    """Connections per process for everybody else: sign-in, codes, public pages."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe line that is logged."""

    log_format: Literal["json", "text"] = "json"
    """`json` for machines, `text` for a terminal."""


class SettingsInvalid(Exception):
    """The environment is not usable; the message says which variable and why."""


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read and check the settings.

    Raises:
        SettingsInvalid: a variable is missing or has an impossible value.
    """
    given: dict[str, Any] = {
        field: environment[field.upper()]
        for field in Settings.__struct_fields__
        if environment.get(field.upper())
    }
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsInvalid(f"environment: {error} (variables are the field names in capitals)") from error
    check_secret_key(settings.secret_key)
    if settings.email_provider == "smtp" and not (settings.smtp_host and "@" in settings.email_from):
        raise SettingsInvalid("EMAIL_PROVIDER=smtp needs SMTP_HOST and EMAIL_FROM")
    if settings.tiles_file and settings.tiles_url:
        raise SettingsInvalid("TILES_FILE and TILES_URL: only one of them can be the background of maps")
    for name in ("unlimited_networks", "trusted_proxies"):
        try:
            networks_of(getattr(settings, name))
        except ValueError as error:
            raise SettingsInvalid(f"{name.upper()}: {error}") from error
    return settings


def check_secret_key(secret_key: str) -> None:
    """Refuse a key that is missing or too short to be safe.

    Raises:
        SettingsInvalid: with what to do about it.
    """
    if len(secret_key) < 64:
        raise SettingsInvalid("SECRET_KEY must be 64 hex digits, e.g. from: openssl rand -hex 32")
