"""JSON bodies are taken at their word: "5" is not a number, 0 is not false, and a number is no time."""

from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import SerializationException, ValidationException


class StrictRequest(Request[Any, Any, Any]):
    """Litestar reads bodies as leniently as it must read the text of query parameters; this one does not."""

    async def json(self) -> Any:
        """The body in the shape that the route asks for.

        Raises:
            ValidationException: another shape, with the path of the field.
            SerializationException: no JSON.
        """
        field = self.route_handler.parsed_data_field
        try:
            plain = DECODER.decode(await self.body())
            return msgspec.convert(plain, field.annotation if field else Any)
        except msgspec.ValidationError as error:
            message, _, place = str(error).partition(" - at ")  # `$.a.b`, or `key` in `$.a`
            wrong = {"key": place.rpartition("`$")[2].strip(".`"), "message": message}
            raise ValidationException(extra=[wrong]) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise SerializationException(str(error)) from error


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


DECODER = msgspec.json.Decoder(float_hook=_number)
"""60.0 is an integer to JSON Schema, and how some languages write one."""
