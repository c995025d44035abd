"""How messages to clients name what is sold."""

from collections.abc import Iterable


def in_a_sentence(names: Iterable[str]) -> str:
    """Names of categories begin small within a sentence, except for abbreviations. Each is said once."""
    said = dict.fromkeys(names)
    return ", ".join(name if name[:2].isupper() else name[:1].lower() + name[1:] for name in said)
