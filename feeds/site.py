"""Who publishes the feeds, and under which addresses. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from feeds.clean_text import safe_url

FORMATS = ("rss", "atom", "json")
MEDIA_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}

TTL_MINUTES = 30
"""How long a subscriber may keep a feed: the `ttl` of RSS and the `max-age` of HTTP, which several readers poll by."""

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""The `updated` of a feed in which nothing has ever stood."""

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One installation as its subscribers know it.

    `url` is the absolute address of the site, without a slash at its end; `authority` the domain name in every
    id, which must never change. `hub` is the address of a WebSub hub, if there is one; `zone` the time that people
    read on pages (feeds state UTC). Raises ValueError for a `url` or `hub` that is no http(s) address, or an
    authority that is no domain name.
    """

    url: str
    authority: str = "healthwire.local"
    name: str = "Healthwire"
    hub: str | None = None
    epoch: datetime = EPOCH
    zone: tzinfo = ZONE

    def __post_init__(self) -> None:
        if safe_url(self.url) is None:
            raise ValueError(f"the site's address must begin with http:// or https://, not {self.url!r}")
        if self.url.endswith("/"):
            object.__setattr__(self, "url", self.url.rstrip("/"))
        if self.hub is not None and safe_url(self.hub) is None:
            raise ValueError(f"the hub's address must begin with http:// or https://, not {self.hub!r}")
        labels = self.authority.split(".")
        if not all(label and label.isascii() and label.replace("-", "").isalnum() for label in labels):
            raise ValueError(f"the authority must be a domain name such as news.example.org, not {self.authority!r}")

    @property
    def path(self) -> str:
        """The folder of the site below its host, without a slash at its end; empty for none."""
        return urlsplit(self.url).path.rstrip("/")

    def tag(self, specific: str) -> str:
        """A `tag:` address of RFC 4151 under our authority."""
        return f"tag:{self.authority},2026:{specific}"

    def feed_url(self, slug: str, form: str) -> str:
        return f"{self.url}/feeds/{slug}.{form}"

    def story_url(self, uid: str) -> str:
        return f"{self.url}/stories/{uid}"

    def scheme(self, kind: str) -> str:
        """The id of a vocabulary of categories: `partner`, `theme`, `act`, `language` or `status`."""
        return self.tag(f"terms/{kind}")
