"""JSON bodies are read strictly: "5" is not a number, 0 is not false, and a number is not a time."""

from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException
from litestar.types import Empty

from app.http.wording import Complaint, complaint_of_error


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
        body = await self.body()
        try:
            plain = DECODER.decode(body)
            if b"\\u0000" in body and (places := [*_places_of_nul(plain)]):
                raise ValidationException(extra=[Complaint("nul", place) for place in places])
            return msgspec.convert(plain, field.annotation if field else Any)
        except msgspec.ValidationError as error:
            raise ValidationException(extra=[complaint_of_error(error)]) from error
        except msgspec.DecodeError as error:
            raise ValidationException(extra=[Complaint("not_json")]) from error
        except UnicodeDecodeError as error:
            raise ValidationException(extra=[Complaint("not_utf8")]) from error
        except RecursionError as error:
            raise ValidationException(extra=[Complaint("too_deep")]) from error


def _places_of_nul(value: Any, place: str = "") -> Iterator[str]:
    """Where a text has a NUL, which PostgreSQL cannot hold."""
    match value:
        case str() if "\0" in value:
            yield place
        case dict():
            for key, inside in value.items():
                if "\0" in key:
                    yield place
                yield from _places_of_nul(inside, f"{place}.{key}".lstrip("."))
        case list():
            for at, inside in enumerate(value):
                yield from _places_of_nul(inside, f"{place}[{at}]")


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


DECODER = msgspec.json.Decoder(float_hook=_number)
"""60.0 counts as an integer in JSON Schema, and some languages write integers so."""
