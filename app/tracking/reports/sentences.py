"""Where a worker was, in words. What is not known is said to be unknown."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.core.i18n import text
from app.tracking.reports.policies import Certainty, Fix, Whereabouts

KM = 1000


def sentence(found: Whereabouts, zone: ZoneInfo, lang: str, *, today: date) -> str:
    """Some sentences for a person, with times by the clocks of the zone. A day that is not `today` is named."""
    told = _Telling(found, zone, lang, today)
    return " ".join(filter(None, (told.what(), told.visit())))


class _Telling:
    def __init__(self, found: Whereabouts, zone: ZoneInfo, lang: str, today: date) -> None:
        self._found, self._zone, self._lang, self._today = found, zone, lang, today

    def what(self) -> str:
        match self._found.certainty:
            case Certainty.NOTHING:
                return self._text("nothing_known")
            case Certainty.GAP:
                return self._gap()
            case Certainty.OFF_SHIFT | Certainty.PRIVATE | Certainty.NO_CONSENT as reason:
                return self._text(reason)
            case Certainty.STAYED:
                return self._known("stayed")
            case Certainty.MOVED:
                return self._known("moved")

    def _known(self, key: str) -> str:
        fact, before, after = self._found.fact, self._found.before, self._found.after
        if fact is not None:
            period = {"since": self._clock(fact.from_at), "until": self._clock(fact.to_at)}
            return self._text(key, **period) + self._near(self._found.accuracy_m)
        fixes = [self._fix("fix_before", before), self._fix("fix_after", after)]
        return " ".join([self._text(f"{key}_not_derived"), *fixes])

    def _gap(self) -> str:
        fact = self._found.fact
        cause = text(self._lang, "gap_causes", fact.cause) if fact and fact.cause else ""
        parts = [self._text("gap_known"), self._fix("fix_before", self._found.before)]
        parts += [self._fix("fix_after", self._found.after)]
        if cause:
            parts += [self._text("probably", cause=cause)]
        return " ".join(filter(None, parts))

    def _fix(self, key: str, fix: Fix | None) -> str:
        if fix is None:
            return self._text(f"no_{key}")
        return self._text(key, when=self._clock(fix.at)) + self._near(fix.accuracy_m)

    def _near(self, accuracy_m: float | None) -> str:
        if accuracy_m is None:
            return self._text("accuracy_unknown")
        return self._text("accuracy", metres=round(accuracy_m))

    def visit(self) -> str:
        nearest = self._found.nearest
        if nearest is None:
            return ""
        key = "from_visit" if self._found.place else "last_from_visit"
        return self._text(
            key,
            distance=self._distance(nearest.distance_m),
            number=nearest.job_number,
            address=nearest.address,
        )

    def _distance(self, distance_m: int) -> str:
        if distance_m < KM:
            return self._text("metres", number=distance_m)
        number = f"{distance_m / KM:.1f}"
        return self._text("kilometres", number=number.replace(".", ",") if self._lang == "ru" else number)

    def _clock(self, moment: datetime) -> str:
        """Hour and minute, seconds if there are some, and the date if it is another day than was asked for."""
        local, asked = moment.astimezone(self._zone), self._found.at.astimezone(self._zone)
        clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        return clock if local.date() == asked.date() else f"{local:%d.%m} {clock}"

    def _asked(self) -> str:
        local = self._found.at.astimezone(self._zone)
        clock = self._clock(self._found.at)
        return clock if local.date() == self._today else f"{local:%d.%m.%Y} {clock}"

    def _text(self, key: str, **params: object) -> str:
        asked = {"at": self._asked()}
        return text(self._lang, "whereabouts", key, **asked | params)
