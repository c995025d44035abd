"""A phone that synchronises: it keeps what it was sent, as an app would."""

from typing import Any

from tests.cast import Person

Items = dict[str, dict[str, dict[str, Any]]]
"""By kind and id."""


class Phone:
    def __init__(self, owner: Person) -> None:
        self.owner = owner
        self.cursor: str | None = None
        self.items: Items = {}

    async def ask(self) -> dict[str, Any]:
        """An answer that does not arrive: the phone keeps its cursor and what it has."""
        answer = await self.owner.get("/field/sync" + (f"?cursor={self.cursor}" if self.cursor else ""))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def pull(self) -> dict[str, Any]:
        delta = await self.ask()
        self.take(delta)
        return delta

    def take(self, delta: dict[str, Any]) -> None:
        if delta["is_full"]:
            self.items = {}
        for kind, ids in delta["removed"].items():
            for gone in ids:
                del self.items[kind][gone]
        for kind, changed in delta["changed"].items():
            self.items.setdefault(kind, {}).update({item["id"]: item for item in changed})
        self.cursor = delta["cursor"]


def said(delta: dict[str, Any]) -> dict[str, list[str]]:
    """What a delta speaks of: `{"visits": [id], "removed visits": [id]}`. Empty: nothing has changed."""
    changed = {kind: [item["id"] for item in items] for kind, items in delta["changed"].items()}
    removed = {f"removed {kind}": ids for kind, ids in delta["removed"].items()}
    return {name: ids for name, ids in (changed | removed).items() if ids}
