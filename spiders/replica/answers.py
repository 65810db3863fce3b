"""What is asked of a site and what it answers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from urllib.parse import parse_qsl

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it reached a site: `target` is the raw path with its query, `serial` the running number."""

    method: str
    host: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""
    edition: int = 1
    serial: int = 0

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a site says. `tagged` asks the server for an ETag over the body; `modified` becomes Last-Modified."""

    status: int = 200
    body: bytes = b""
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    tagged: bool = False
    modified: datetime | None = None
    delay: float = 0.0


def esc(text: str) -> str:
    """Text as it stands in HTML or XML, attributes included."""
    return escape(text, quote=True)


def html_page(*, head: str, body: str, language: str = "vi", body_class: str = "") -> str:
    """A whole HTML document."""
    css = f' class="{body_class}"' if body_class else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n{head}\n</head>\n'
        f"<body{css}>\n{body}\n</body>\n</html>\n"
    )


def paragraphs(texts: Iterable[str]) -> str:
    """Texts as HTML paragraphs."""
    return "\n".join(f"<p>{esc(text)}</p>" for text in texts)
