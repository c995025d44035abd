"""Chooses the providers of each channel by the settings."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache

from app.core.settings import Settings
from app.notifications.channels.email.file import EmailFile
from app.notifications.channels.email.smtp import SmtpProvider
from app.notifications.channels.protocol import Channel, Channels, Provider
from app.notifications.channels.sms.file import FileProvider
from app.notifications.channels.sms.kannel import KannelProvider


@cache
def channels_from(settings: Settings) -> Channels:
    """The providers that the settings name. One of each per process."""
    return {Channel.SMS: list(_sms(settings)), Channel.EMAIL: [_email(settings)]}


def _sms(settings: Settings) -> Iterator[Provider]:
    if settings.sms_provider == "file":
        yield FileProvider(settings.sms_file)
        return
    yield _kannel(
        settings,
        "kannel",
        url=settings.kannel_url,
        username=settings.kannel_username,
        password=settings.kannel_password,
    )
    if settings.kannel_2_url:
        yield _kannel(
            settings,
            "kannel-2",
            url=settings.kannel_2_url,
            username=settings.kannel_2_username,
            password=settings.kannel_2_password,
        )


def _kannel(settings: Settings, name: str, *, url: str, username: str, password: str) -> KannelProvider:
    return KannelProvider(
        name=name,
        url=url,
        username=username,
        password=password,
        public_url=settings.public_url,
        secret_key=settings.secret_key,
        report_within=report_within(settings),
    )


def _email(settings: Settings) -> Provider:
    if settings.email_provider == "file":
        return EmailFile(settings.email_file)
    return SmtpProvider(
        host=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=settings.smtp_password,
        tls=settings.smtp_tls,
        sender_address=settings.email_from,
    )


def report_within(settings: Settings) -> timedelta | None:
    """How long to wait for a delivery report. None means for ever."""
    return timedelta(hours=settings.sms_report_within_h) or None
