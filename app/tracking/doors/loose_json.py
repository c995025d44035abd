"""JSON has no NaN and no infinite numbers, but phones send them. One such number must not spoil a whole report."""

import json
from typing import Any

import msgspec


def loosely_decoded(body: bytes) -> Any:
    """The values of a body. Numbers that JSON cannot write are NaN or infinite.

    Raises:
        ValueError: it is no JSON, or its text is not UTF-8.
        RecursionError: it is nested too deep.
    """
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        try:
            return json.loads(body)
        except ValueError:
            raise error from None
