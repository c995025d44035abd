"""JSON bodies are read strictly: "5" is not a number, 0 is not false, and a number is not a time."""

import json
import re
from collections.abc import Iterator
from math import isfinite
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException
from litestar.types import Empty

from app.http.depth import DEPTH_MAX, TOO_DEEP, cut_deep
from app.http.wording import Complaint, complaint_of_error

JUDGES_PARTS = "judges_parts"
"""Marks a route that looks in each part of its body for what cannot be kept, so that one part spoils no other."""


class StrictRequest(Request[Any, Any, Any]):
    """Litestar reads bodies as leniently as the text of query parameters. This class reads them strictly."""

    async def json(self) -> Any:
        """The body in the shape that the route asks for.

        Raises:
            ValidationException: no JSON, or another shape; its `extra` is a list of complaints.
        """
        if self._json is Empty:
            self._json = await self._read()
        return self._json

    async def _read(self) -> Any:
        field = self.route_handler.parsed_data_field
        shape = field.annotation if field else Any
        body = await self.body()
        try:
            judges_itself = self.route_handler.opt.get(JUDGES_PARTS)
            plain = _decode_leniently(body) if judges_itself else DECODER.decode(body)
            if not judges_itself and b"\\u0000" in body and (places := [*places_of_nul(plain)]):
                raise ValidationException(extra=[Complaint("nul", place) for place in places])
            return _converted(plain, shape)
        except msgspec.ValidationError as error:
            raise ValidationException(extra=[complaint_of_error(error)]) from error
        except msgspec.DecodeError as error:
            raise ValidationException(extra=[Complaint("not_json")]) from error
        except UnicodeDecodeError as error:
            raise ValidationException(extra=[Complaint("not_utf8")]) from error
        except RecursionError as error:
            raise ValidationException(extra=[Complaint("too_deep")]) from error


def _converted(plain: Any, shape: Any) -> Any:
    try:
        return msgspec.convert(plain, shape)
    except msgspec.ValidationError as error:
        raise ValidationException(extra=[_with_key(complaint_of_error(error), plain, shape)]) from error


def _decode_leniently(body: bytes) -> Any:
    """JSON of which each part is judged later: also half of a surrogate pair, bytes that are not UTF-8 inside a text,
    numbers of any length, and what is nested too deep."""
    try:
        return _decode_any_text(body)
    except RecursionError:
        return _decode_any_text(cut_deep(body))


def _decode_any_text(body: bytes) -> Any:
    """Each byte that is not UTF-8 becomes half of a surrogate pair.

    Raises:
        msgspec.DecodeError: it is no JSON.
        UnicodeDecodeError: the same, because of such bytes outside of texts.
    """
    try:
        return DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        text = body.decode(errors="surrogateescape")
        try:
            return json.loads(text, parse_float=_number, parse_int=_whole, parse_constant=_refuse_constant)
        except json.JSONDecodeError:
            body.decode()
            raise error from None


def _whole(digits: str) -> float | int:
    return int(digits) if len(digits) < DIGITS_OF_64_BITS else float(digits)


def _refuse_constant(name: str) -> Any:
    """NaN and Infinity are no JSON."""
    raise json.JSONDecodeError(name, name, 0)


def unkeepable(value: Any, place: str = "", depth: int = 0) -> Iterator[Complaint]:
    """What PostgreSQL cannot hold: NUL, half of a surrogate pair, a number of more than 64 bits. And what is nested
    too deep."""
    match value:
        case str() if "\0" in value:
            yield Complaint("nul", place)
        case str() if value == TOO_DEEP:
            yield Complaint("too_deep", place)
        case dict() | list() if depth > DEPTH_MAX:
            yield Complaint("too_deep", place)
        case str() if NO_UTF8.search(value):
            yield Complaint("not_utf8", place)
        case str() if SURROGATE.search(value):
            yield Complaint("surrogate", place)
        case bool():
            return
        case int() | float() if not _is_storable(value):
            yield Complaint("out_of_range", place)
        case dict():
            for key, inside in value.items():
                yield from unkeepable(key, place)
                yield from unkeepable(inside, f"{place}.{key}".lstrip("."), depth + 1)
        case list():
            for at, inside in enumerate(value):
                yield from unkeepable(inside, f"{place}[{at}]", depth + 1)


def keepable(value: Any, depth: int = 0) -> Any:
    """The same in a form that PostgreSQL can hold. What it cannot hold is replaced by U+FFFD, or told as text."""
    match value:
        case str():
            return SURROGATE.sub("\ufffd", value).replace("\0", "\ufffd")
        case int() | float() if not _is_storable(value):
            return str(value)[:TOLD_OF_NUMBER]
        case dict() | list() if depth > DEPTH_MAX:
            return "\ufffd"
        case dict():
            return {keepable(key): keepable(inside, depth + 1) for key, inside in value.items()}
        case list():
            return [keepable(inside, depth + 1) for inside in value]
    return value


def _is_storable(number: float | int) -> bool:
    return isfinite(number) if isinstance(number, float) else abs(number) < BEYOND_64_BITS


def places_of_nul(value: Any, place: str = "") -> Iterator[str]:
    """Where a text has a NUL, which PostgreSQL cannot hold."""
    match value:
        case str() if "\0" in value:
            yield place
        case dict():
            for key, inside in value.items():
                if "\0" in key:
                    yield place
                yield from places_of_nul(inside, f"{place}.{key}".lstrip("."))
        case list():
            for at, inside in enumerate(value):
                yield from places_of_nul(inside, f"{place}[{at}]")


SURROGATE = re.compile("[\ud800-\udfff]")
NO_UTF8 = re.compile("[\udc80-\udcff]")
"""What `surrogateescape` makes of bytes that are not UTF-8."""
BEYOND_64_BITS = 2**63
DIGITS_OF_64_BITS = 20
TOLD_OF_NUMBER = 30
"""Digits that are kept of a number that is too large."""
KEYS_MAX = 200
"""Of larger objects the key is not looked for."""


def _with_key(complaint: Complaint, plain: Any, shape: Any) -> Complaint:
    """Name the key that msgspec leaves out where an object may have any keys: `properties[...].enum`.

    Each key is tried without the others. The first that is refused at the same place is the one.
    """
    before, is_unnamed, after = complaint.path.partition("[...]")
    parent, last = _parent_of(plain, before)
    if not is_unnamed or not isinstance(parent, dict) or not isinstance(parent.get(last), dict):
        return complaint
    entries = parent[last]
    for key in entries if len(entries) <= KEYS_MAX else ():
        parent[last] = {key: entries[key]}
        if _path_refused(plain, shape) == complaint.path:
            return complaint._replace(path=f"{before}.{key}{after}")
    return complaint


def _parent_of(plain: Any, path: str) -> tuple[Any, str]:
    """The object that holds the last name of a path, and that name. None if the path leads nowhere."""
    *steps, last = re.findall(r"[^.\[\]]+", path) or [""]
    for step in steps:
        plain = plain[int(step)] if isinstance(plain, list) else (plain or {}).get(step)
    return plain, last


def _path_refused(plain: Any, shape: Any) -> str | None:
    try:
        msgspec.convert(plain, shape)
    except msgspec.ValidationError as error:
        return complaint_of_error(error).path
    return None


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


DECODER = msgspec.json.Decoder(float_hook=_number)
"""60.0 counts as an integer in JSON Schema, and some languages write integers so."""
