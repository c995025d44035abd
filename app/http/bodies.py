"""JSON bodies are read strictly: "5" is not a number, 0 is not false, and a number is not a time."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException
from litestar.types import Empty

from app.http.wording import Complaint, complaint_of_error

JUDGES_NUL = "judges_nul"
"""Marks a route that looks for NUL in each part of its body, so that one part spoils no other."""


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
            plain = DECODER.decode(body)
            judges_itself = self.route_handler.opt.get(JUDGES_NUL)
            if not judges_itself and b"\\u0000" in body and (places := [*places_of_nul(plain)]):
                raise ValidationException(extra=[Complaint("nul", place) for place in places])
            return msgspec.convert(plain, shape)
        except msgspec.ValidationError as error:
            raise ValidationException(extra=[_with_key(complaint_of_error(error), plain, shape)]) from error
        except msgspec.DecodeError as error:
            raise ValidationException(extra=[Complaint("not_json")]) from error
        except UnicodeDecodeError as error:
            raise ValidationException(extra=[Complaint("not_utf8")]) from error
        except RecursionError as error:
            raise ValidationException(extra=[Complaint("too_deep")]) from error


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
