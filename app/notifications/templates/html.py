"""What a page of an e-mail may contain: text, pictures, links and tables, and nothing that acts."""

import re
from html.parser import HTMLParser

TEXT = {"a", "b", "blockquote", "br", "em", "font", "h1", "h2", "h3", "i", "p", "small", "strong", "u"}
PAGE = {"body", "center", "div", "head", "hr", "html", "img", "li", "ol", "span", "title", "ul"}
TABLE = {"table", "tbody", "td", "th", "thead", "tr"}
TAGS = TEXT | PAGE | TABLE
OF_TABLE = {"bgcolor", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "valign"}
OF_TEXT = {"align", "alt", "color", "dir", "height", "lang", "size", "style", "title", "width"}
ATTRIBUTES = OF_TABLE | OF_TEXT
ADDRESS = re.compile(r"(?:https?://|mailto:|tel:|\{[a-z][a-z0-9_]*\})", re.IGNORECASE)
ACTS = re.compile(r"url\s*\(|expression|javascript|@import|\\", re.IGNORECASE)


class _Judge(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forbidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.forbidden.append(tag)
        self.forbidden += [f"{tag} {name}" for name, value in attrs if not _is_allowed(name, value or "")]

    def handle_decl(self, decl: str) -> None:
        if not decl.lower().startswith("doctype"):
            self.forbidden.append(decl)

    def unknown_decl(self, data: str) -> None:
        self.forbidden.append(data)

    def handle_pi(self, data: str) -> None:
        self.forbidden.append(data)


def _is_allowed(name: str, value: str) -> bool:
    if name in ("href", "src"):
        return ADDRESS.match(value.strip()) is not None
    return name in ATTRIBUTES and not (name == "style" and ACTS.search(value))


def forbidden_in(html: str) -> list[str]:
    """Tags and attributes that no mail program should get, each once: `script`, `a onclick`."""
    judge = _Judge()
    judge.feed(html)
    judge.close()
    return list(dict.fromkeys(judge.forbidden))
