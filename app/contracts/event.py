from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact. `kind` is its stable name in stored and sent data: `dispatch.visit_offered`."""

    kind: ClassVar[str]
