"""Chooses the SMS provider by SMS_PROVIDER."""

from datetime import timedelta
from functools import cache

from app.core.settings import Settings
from app.notifications.channels.protocol import Provider
from app.notifications.channels.sms.file import FileProvider
from app.notifications.channels.sms.kannel import KannelProvider


@cache
def provider_from(settings: Settings) -> Provider:
    """The provider that the settings name. One per process."""
    if settings.sms_provider == "kannel":
        return KannelProvider(
            url=settings.kannel_url,
            username=settings.kannel_username,
            password=settings.kannel_password,
            public_url=settings.public_url,
            secret_key=settings.secret_key,
            report_within=report_within(settings),
        )
    return FileProvider(settings.sms_file)


def report_within(settings: Settings) -> timedelta | None:
    """How long to wait for a delivery report. None means for ever."""
    return timedelta(hours=settings.sms_report_within_h) or None
