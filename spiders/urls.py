"""Addresses as pages write them, taken apart and made absolute without ever raising. Pure."""

from urllib.parse import SplitResult, urljoin, urlsplit


def split(url: str) -> SplitResult | None:
    """The parts of an http(s) address; None for any other and for what is none (`http://[`)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.netloc else None


def absolute(base: str, href: str | None) -> str | None:
    """An address as a page at `base` means it; None for what leads nowhere (`javascript:`, `#`, nonsense)."""
    href = (href or "").strip()
    if not href or href.startswith("#"):
        return None
    try:
        url = urljoin(base, href)
    except ValueError:
        return None
    return url if split(url) else None
