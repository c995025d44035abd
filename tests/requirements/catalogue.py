"""The requirements that a test may name in its mark, and what they mean."""

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("requirements.toml")


@cache
def requirements() -> dict[str, str]:
    """Name -> short title, in the order of the table: M1 … M44, R1 … R181, P-rel-1 …"""
    areas = tomllib.loads(FILE.read_text(encoding="utf-8")).values()
    return {name: title for area in areas for name, title in area.items()}
