"""All sites of the replica, by host."""

from spiders.replica.site import Site
from spiders.replica.sites.epi import EnVietnamPlus, FrVietnamPlus, NhanDan, VietnamPlus
from spiders.replica.sites.mastercms import BaoQuocTe, ThoiDai
from spiders.replica.sites.ministry import Ministry
from spiders.replica.sites.sitefinity import WhoVietnam
from spiders.replica.sites.vccorp import BaoChinhPhu, SucKhoeDoiSong
from spiders.replica.sites.vietnamnews import VietnamNews
from spiders.replica.sites.vnexpress import VnExpress
from spiders.replica.world import Article, World
from spiders.source import Source, load_sources

SITES: tuple[type[Site], ...] = (
    Ministry,
    ThoiDai,
    BaoQuocTe,
    VietnamPlus,
    EnVietnamPlus,
    FrVietnamPlus,
    NhanDan,
    SucKhoeDoiSong,
    BaoChinhPhu,
    WhoVietnam,
    VnExpress,
    VietnamNews,
)

FOREIGN_HOST = "mirror-press.example"  # where one article redirects to
FOREIGN = b"<!DOCTYPE html><title>mirror</title><h1>A mirror nobody should follow an article to</h1>"


def replica_sources() -> dict[str, Source]:
    """The sources whose sites the replica has, by slug, in alphabetical order: of those that come with Healthwire."""
    slugs = {site.source for site in SITES}
    return {slug: source for slug, source in load_sources().items() if slug in slugs}


class Press:
    """The sites over one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sites = tuple(kind(world) for kind in SITES)
        self._by_host: dict[str, Site] = {}
        self._by_name: dict[str, Site] = {}
        for site in self.sites:
            for host in (site.host, *site.aliases):
                self._by_host[host] = site
            for name in (site.name, *site.other_names):
                self._by_name[name] = site

    def site(self, host: str) -> Site | None:
        """The site a Host header names, its port left out; None for hosts that are not ours."""
        return self._by_host.get(host.rsplit(":", 1)[0] if ":" in host else host)

    def of(self, article: Article) -> Site:
        """The site an article stands on."""
        return self._by_name[article.written.site]

    def address(self, article: Article) -> str:
        """The address of an article's page on its own site."""
        return self.of(article).address(article)
