"""A signal in words: which rules held, with their numbers. It states what is known and concludes nothing."""

from zoneinfo import ZoneInfo

from app.core.i18n import text
from app.tracking.signals.service import Told


def explain(told: Told, zone: ZoneInfo, lang: str) -> list[str]:
    """Sentences for a person, with times by the clocks of the company."""
    signal = told.signal
    since, until = (moment.astimezone(zone) for moment in (signal.from_at, signal.to_at))
    intro = text(
        lang,
        "signals",
        "intro",
        worker=told.worker_name,
        since=f"{since:%d.%m %H:%M}",
        until=f"{until:%H:%M}",
    )
    if signal.gone_at is not None:
        return [intro, text(lang, "signals", "gone")]
    rules = "; ".join(_rule(one, lang) for one in signal.rules)
    near = [
        text(lang, "signals", "near_client", distance=one["distance_m"], number=one["job_number"])
        for one in signal.near_clients
    ]
    often = [text(lang, "signals", "repeats", count=told.repeats)] if told.repeats else []
    return [intro, f"{rules[:1].upper()}{rules[1:]}.", *near, *often]


def _rule(rule: dict[str, object], lang: str) -> str:
    key = str(rule["reason"])
    if rule["value"] is None:
        return text(lang, "signals", f"{key}_none")
    return text(lang, "signals", key, value=rule["value"], limit=rule["limit"])
