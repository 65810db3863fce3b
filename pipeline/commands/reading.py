"""`read`, `judge` and `match`: the pure steps over files and JSON lines, without an archive."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.commands.context import Context, UserError, load_sources, source_called
from pipeline.commands.output import line, say

if TYPE_CHECKING:
    from spiders.source import Source
    from storage.records import Verdict

STDIN = "-"

_TEXT = (str, int, float, type(None))  # a headline may be a number
_KINDS = {"title": _TEXT, "text": _TEXT, "html": _TEXT, "url": (str, type(None)), "lang": (str, type(None))}


def register(app: typer.Typer) -> None:
    app.command()(read)
    app.command()(judge)
    app.command()(match)


def read(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(help="Saved pages (HTML, a portal's JSON, or text); - for JSON lines.")],
    source: Annotated[str | None, typer.Option(help="The source whose layouts to read with.")] = None,
    url: Annotated[str | None, typer.Option(help="The page's address; picks the source if none is given.")] = None,
) -> None:
    """Read saved pages: one Document a line, as JSON.

    `-` reads JSON lines `{"id", "url", "html" | "text", "fetched_at"?}` from standard input and answers each with its
    `id`. `fetched_at` is ISO 8601; without it the page counts as fetched now; none was published later.
    A page that is no article is answered with `rejected` and its `detail`.
    """
    from pipeline.reading.read import RawPage, as_json, read_text
    from pipeline.reading.read import read as read_page

    context: Context = ctx.obj
    sources = load_sources(context.settings())
    named = source_called(source, sources)

    def chosen(address: str | None) -> "Source | None":
        return named or next((s for s in sources.values() if address and s.owns(address)), None)

    for name in files:
        if name == STDIN:
            for row in json_lines(STDIN):
                address = str(row.get("url") or url or "")
                if "html" in row:
                    page = RawPage(
                        url=address,
                        body=str(row["html"]).encode("utf-8", "surrogatepass"),
                        content_type="text/html; charset=utf-8",
                        fetched_at=_captured(row),
                    )
                    reading = read_page(page, source=chosen(address))
                else:
                    reading = read_text(
                        str(row.get("text", "")), url=address or None, source=chosen(address), now=_captured(row)
                    )
                print(line({"id": row.get("id"), "url": address or None, **as_json(reading.outcome)}))
            continue
        body = read_file(name)
        if looks_like_text(name, body):
            reading = read_text(body.decode("utf-8", "replace"), url=url, source=chosen(url))
        else:
            reading = read_page(RawPage(url=url or "", body=body), source=chosen(url))
        print(line({"file": Path(name).name, **as_json(reading.outcome)}))


def _captured(row: dict[str, Any]) -> datetime:
    """When a row says that its page was fetched, else now: no page was published later."""
    try:
        at = datetime.fromisoformat(str(row.get("fetched_at")))
    except ValueError:
        return datetime.now(UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def judge(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(help="JSON lines; - for standard input.")] = STDIN,
    explain: Annotated[bool, typer.Option(help="Say for people why, and which lexicon term said so.")] = False,
) -> None:
    """Judge texts: JSON lines `{"id", "title", "text", "lang"?}` in, a verdict a line out."""
    from pipeline.relevance import explain as explained
    from pipeline.relevance import lexicon_terms

    for row in json_lines(file):
        verdict = judge_row(row)
        if explain:
            say(called(row))
            for sentence in explained(verdict):
                say(f"  {sentence}")
            for evidence in verdict.evidence:
                if terms := lexicon_terms(evidence):
                    say(f"    {evidence.weight:+.2f} {evidence.place}: “{evidence.phrase}” by {', '.join(terms)}")
            continue
        print(
            line(
                {
                    "id": row.get("id"),
                    "relevant": verdict.relevant,
                    "score": round(verdict.score, 4),
                    "evidence": [
                        {"phrase": e.phrase, "place": e.place, "kind": e.kind, "weight": round(e.weight, 3)}
                        for e in verdict.evidence
                    ],
                    "partners": verdict.partners,
                    "themes": verdict.themes,
                    "act": verdict.act,
                    "gloss": verdict.gloss,
                }
            )
        )


def match(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(help="JSON lines; - for standard input.")] = STDIN,
) -> None:
    """Group texts as the archive would: JSON lines `{"id", "title", "text", …}` in, one line out for each.

    Out comes `{"id", "copies", "story", "why"}`: `copies` names the group of pages with the same text,
    `story` the event; both by the id of its first row.
    """
    from pipeline.matching.grouping import group
    from pipeline.matching.match import text_of
    from pipeline.matching.rows import document_of

    rows = list(json_lines(file))
    texts = [text_of(document_of(row), judge_row(row)) for row in rows]
    for row, found in zip(rows, group(texts), strict=True):
        copies, story = (rows[number].get("id") for number in (found.copies, found.story))
        print(line({"id": row.get("id"), "copies": copies, "story": story, "why": found.why}))


def judge_row(row: dict[str, Any]) -> "Verdict":
    """The verdict on a row with `title`, `text` and perhaps `lang`."""
    from pipeline.relevance import judge_text

    return judge_text(str(row.get("title") or ""), str(row.get("text") or ""), row.get("lang"))


def called(row: dict[str, Any]) -> str:
    """A row as a person would call it: its id and its title, so far as it has them."""
    return ": ".join(str(row[name]) for name in ("id", "title") if row.get(name) is not None) or "(no id, no title)"


def json_lines(file: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON lines file, or of standard input for `-`. Raises UserError naming the bad line."""
    where = "standard input" if file == STDIN else file
    lines = sys.stdin.buffer if file == STDIN else read_file(file).splitlines()
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        try:
            row = json.loads(raw)
        except ValueError as error:
            raise UserError(f"{where}, line {number}: not JSON: {error}") from error
        except RecursionError as error:
            raise UserError(f"{where}, line {number}: nested too deeply") from error
        if not isinstance(row, dict):
            raise UserError(f"{where}, line {number}: an object is wanted")
        for name, kinds in _KINDS.items():
            if not isinstance(row.get(name), kinds):
                raise UserError(f"{where}, line {number}: {name}: a string is wanted")
        yield row


def read_file(name: str) -> bytes:
    """The bytes of a file. Raises UserError when it cannot be read."""
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UserError(f"{name}: {error.strerror or error}") from error


def looks_like_text(name: str, body: bytes) -> bool:
    """Whether a saved page is a text dump: it is called .txt, or has no tags in its beginning and is no JSON."""
    if Path(name).suffix.lower() in (".txt", ".text"):
        return True
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return b"<" not in start and not start.startswith((b"{", b"["))
