"""The body of an entry as HTML: what the article says first, why it is here, and who else tells it. Pure.

Every text is escaped; the only markup is what stands in this module, none of it a script, style or image.
"""

from functools import lru_cache
from html import escape

from feeds.entry import Entry, Term, score_in_words
from feeds.site import Site


@lru_cache(maxsize=4096)  # a story stands in several feeds, each in three formats
def body(entry: Entry, site: Site) -> str:
    """The entry's body as an HTML fragment without wrapping element; addresses in it are absolute."""
    parts = [f"<p>{escape(text)}</p>" for text in entry.paragraphs or (entry.summary,) if text]
    parts.append(_reason(entry, site))
    if entry.others:
        parts.append(_others(entry, site))
    return "".join(parts)


def _reason(entry: Entry, site: Site) -> str:
    reason = entry.reason
    lines = [f"<p><strong>Why it is here:</strong> {escape(reason.sentence)}</p>"]
    facts = []
    if reason.act:
        facts.append(f"kind of cooperation: {_labels((reason.act,))}")
    if reason.partners:
        facts.append(f"partners: {_labels(reason.partners)}")
    if reason.themes:
        facts.append(f"themes: {_labels(reason.themes)}")
    facts.append(escape(score_in_words(reason)))
    if entry.late:
        facts.append("added later, by a new judgement of an older story")
    items = [f"<li>{fact}</li>" for fact in facts]
    if reason.evidence:
        found = "; ".join(f"“{escape(e.phrase)}” ({escape(e.place)})" for e in reason.evidence)
        items.append(f"<li>evidence: {found}</li>")
    lines.append(f"<ul>{''.join(items)}</ul>")
    lines.append(
        f"<p>First told by {_link(entry.origin.home, entry.origin.name)}. "
        f'<a href="{escape(entry.page)}">All evidence, tellings and revisions at {escape(site.name)}</a></p>'
    )
    return f'<div lang="en">{"".join(lines)}</div>'


def _others(entry: Entry, site: Site) -> str:
    items = []
    for other in entry.others:
        lang = f' lang="{escape(other.language)}"' if other.language else ""
        items.append(
            f'<li>{escape(other.origin.name)}: <a href="{escape(other.url)}"{lang}>{escape(other.title)}</a> '
            f"({escape(other.role)}, {other.published.astimezone(site.zone):%Y-%m-%d})</li>"
        )
    return f'<div lang="en"><p>Also told by:</p><ul>{"".join(items)}</ul></div>'


def _labels(terms: tuple[Term, ...]) -> str:
    return ", ".join(escape(term.label) for term in terms)


def _link(url: str | None, text: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>' if url else escape(text)
