"""Texts with `{variables}`: which stand in a text, and the text with their values.

Not `str.format`: people write these texts, and a format may ask for attributes and for endless widths.
"""

import re
from collections.abc import Mapping
from html import escape

VARIABLE = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")


def variables_of(text: str) -> list[str]:
    """The names of the variables, each once, in their order."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def stray_brace(text: str) -> int | None:
    """The place of the first brace that belongs to no variable. None: there is none."""
    rest = VARIABLE.sub(lambda found: " " * len(found[0]), text)
    return next((place for place, sign in enumerate(rest) if sign in "{}"), None)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its values. What stands in a value stays as it is, braces too.

    Raises:
        KeyError: a value is missing.
    """
    return VARIABLE.sub(lambda found: values[found[1]], text)


def fill_html(html: str, values: Mapping[str, str]) -> str:
    """The page with its values, which are text there and never tags.

    Raises:
        KeyError: a value is missing.
    """
    return fill(html, {name: escape(value) for name, value in values.items()})
