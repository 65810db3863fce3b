"""How two things are told apart: addresses, words, bodies (pure)."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

import idna

from storage.folding import fold_tones
from storage.records import Document

# ── Addresses ──────────────────────────────────────────────────────────────────────────────────────────────

_HTTP = re.compile(r"https?:[/\\]{2,}([^/\\?#]*)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE | re.DOTALL)
_HOST_PORT = re.compile(r"(\[[^\[\]]*\]|[^:]*)(?::([0-9]*))?")
_EDGES = "".join(map(chr, range(0x21)))  # browsers strip these from both ends of an address
_INNER = str.maketrans("", "", "\t\r\n")  # … and drop these inside it
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: no encoding of it exists
_DEVICE_HOSTS = ("www.", "m.", "amp.")

_TRACKING = frozenset(
    {"fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "_ga", "_gl"}
    | {"zarsrc"}  # Zalo
)
_DEVICE_PARAMETERS = {("mobile", "yes"), ("amp", "1"), ("amp", ""), ("amp", "true")}

# MasterCMS writes `….html&mobile=yes&amp=1`: parameters begin with an ampersand and no question mark before it.
_AMPERSAND_QUERY = re.compile(r"(.*\.html?)&([^/]*)", re.DOTALL)

# Liferay carries the way back in the address of an article, and there the address of the portlet as well.
_LIFERAY = re.compile(r"/-/|/content/|/asset_publisher/")
_WAY_BACK = re.compile(r"redirect|inheritRedirect|_\w+_redirect")
_PORTLET = re.compile(r"p_p_\w+|p_r_p_\w+|_101_INSTANCE_\w+")

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_PATH_SAFE = "/:@!$&'()*+,;=~"
_QUERY_SAFE = "/?:@!$'()*,;=~"


def canonical_url(url: str) -> str:
    """The address by which a page is known, whatever the way it is written.

    Scheme https; host in lower case and IDNA without `www.`, `m.`, `amp.`; no default port, user name, fragment or
    tracking parameters; dot segments resolved; query sorted; Vietnamese (and other) letters in NFC, then
    percent-encoded in upper-case hex. Leaves the language host, the path's case and a trailing slash alone: they
    can tell pages apart. Applying it twice changes nothing. Strange addresses are normalised as far as they can
    be; ValueError is raised only for what is no absolute http(s) address.
    """
    cleaned = _SURROGATE.sub("\ufffd", url.strip(_EDGES).translate(_INNER))
    parts = _HTTP.match(cleaned)
    host = _host(parts[1]) if parts else ""
    if parts is None or not host:
        raise ValueError(f"not an absolute http(s) address: {url[:200]!r}")
    path, query = parts[2].replace("\\", "/"), parts[3] or ""
    if ampersand := _AMPERSAND_QUERY.fullmatch(path):
        path = ampersand[1]
        query = f"{ampersand[2]}&{query}"
    path = _without_dots(_escaped(path, _PATH_SAFE)) or "/"
    query = "&".join(sorted(_parameters(query, liferay_article=_LIFERAY.search(path) is not None)))
    return f"https://{host}{path}" + (f"?{query}" if query else "")


def _host(netloc: str) -> str:
    host_port = netloc.rpartition("@")[2]
    found = _HOST_PORT.fullmatch(host_port)
    host, port = (found[1], found[2] or "") if found else (host_port, "")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            host = quote(host.lower(), safe="%[]:")
    host = edition(quote(host, safe="%[]:!$&'()*+,;=~"))
    port = port.lstrip("0")
    return host if port in ("", "80", "443") or not host else f"{host}:{port}"


def edition(host: str) -> str:
    """A host in lower case without `www.`, `m.` or `amp.` before it: the edition of a site that it serves."""
    host = host.lower().rstrip(".")
    while (prefix := next((p for p in _DEVICE_HOSTS if host.startswith(p)), None)) and "." in host[len(prefix) :]:
        host = host[len(prefix) :]
    return host


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _parameters(query: str, *, liferay_article: bool) -> Iterable[str]:
    for part in query.replace("+", "%20").split("&"):
        while part.startswith("amp;"):  # `&amp;` left undecoded, once or more
            part = part.removeprefix("amp;")
        raw_name, equals, raw_value = part.partition("=")
        name, value = _escaped(raw_name, _QUERY_SAFE), _escaped(raw_value, _QUERY_SAFE)
        lowered = name.lower()
        if (
            not (name or value)
            or lowered.startswith("utm_")
            or lowered in _TRACKING
            or (lowered, value.lower()) in _DEVICE_PARAMETERS
            or (liferay_article and (_WAY_BACK.fullmatch(name) or _PORTLET.fullmatch(name)))
        ):
            continue
        yield f"{name}{equals}{value}"


def _escaped(text: str, safe: str) -> str:
    """Letters in NFC, then percent-encoded in upper-case hex; escapes that stand for delimiters stay escapes."""
    pieces = _ESCAPE.split(text.encode())  # text, hex, text, hex … text
    done: list[str] = []
    pending = bytearray(pieces[0])
    for place in range(1, len(pieces), 2):
        byte = int(pieces[place], 16)
        if byte >= 0x80 or byte in _UNRESERVED:
            pending.append(byte)
        else:
            done += _encoded(pending, safe), f"%{byte:02X}"
            pending.clear()
        pending += pieces[place + 1]
    return "".join([*done, _encoded(pending, safe)])


def _encoded(piece: bytearray, safe: str) -> str:
    letters = unicodedata.normalize("NFC", piece.decode("utf-8", "surrogateescape"))
    return quote(letters.encode("utf-8", "surrogateescape"), safe=safe)


# ── Words ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Separators(dict[int, str | None]):
    """Character → a space for punctuation and white space, None for what has no width, itself otherwise."""

    def __missing__(self, code: int) -> str | None:
        category = unicodedata.category(chr(code))
        self[code] = seen = None if category == "Cf" else " " if category[0] in "PZC" or category == "Sk" else chr(code)
        return seen


_SEPARATORS = _Separators()


def words_digest(document: Document) -> str:
    """SHA-256 (hex) over the words of title, lead and paragraphs.

    Unicode form, tone placement, case, white space, punctuation and the division into paragraphs do not count, so
    that a page whose markup or typography alone changed keeps its digest. Captions do not count.
    """
    text = " ".join((document.title, document.lead or "", *document.paragraphs))
    words = fold_tones(text.translate(_SEPARATORS)).casefold().split()
    return hashlib.sha256(" ".join(words).encode("utf-8", "surrogatepass")).hexdigest()


def body_digest(body: bytes) -> str:
    """SHA-256 (hex) of a response's body, byte for byte."""
    return hashlib.sha256(body).hexdigest()
