"""What entry points name, form by form, without a visit."""

from dataclasses import dataclass

import pytest

from spiders.discovery import named_by, next_page
from spiders.source import Source, parse_source
from spiders.xml_lists import NotListing

HOME = "https://tin.example"


def make_source(kind: str, *, family: str = 'family = "epi"', more: str = "") -> Source:
    return parse_source(
        f"""
        name = "Tin"
        name_en = "News"
        kind = "newspaper"
        country = "VN"
        language = "vi"
        {family}
        home = "{HOME}/"
        hosts = ["tin.example"]
        entries = [{{kind = "{kind}", url = "{HOME}/list", what = "all", evidence = "seen"{more}}}]
        """,
        "trial.toml",
    )


@dataclass(frozen=True)
class Named:
    links: list[str]
    parts: list[str]


def read(source: Source, body: str) -> Named:
    links, parts, _changed = named_by(source.entries[0], source, body.encode(), None, f"{HOME}/list")
    return Named([link.url for link in links], parts)


def test_an_index_of_sitemaps_names_its_parts_that_are_wanted() -> None:
    rows = "".join(f"<sitemap><loc>{HOME}/{name}.xml</loc></sitemap>" for name in ("news-1", "news-2", "tags", "old"))
    index = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'
    source = make_source("sitemap", more=', pages = 5, parts = ["news-"]')
    assert read(source, index) == Named([], [f"{HOME}/news-2.xml", f"{HOME}/news-1.xml"])


def test_a_source_of_no_family_offers_every_link_once_with_the_title_that_one_of_them_has() -> None:
    source = make_source("listing", family='article = "^/tin/"')
    page = (
        '<a href="/tin/1"><img src="x.jpg"></a><a href="/tin/1">Một tin</a>'
        '<a href="javascript:void(0)">x</a><a href="http://[">y</a><a name="z">z</a>'
    )
    links, _, _ = named_by(source.entries[0], source, page.encode(), None, f"{HOME}/list")
    assert [(link.url, link.title) for link in links] == [(f"{HOME}/tin/1", "Một tin")]


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("listing", " \n", "answered with nothing"),
        ("listing", '<title>Vào</title><form><input type="password"></form>', "login page (title “Vào”)"),
        ("listing", "<script>window.location = '/'</script>", "browsers that run scripts"),
        ("api", "<!doctype html><title>Bảo trì</title>", "HTML page (title “Bảo trì”)"),
        ("feed", "<html><body>x</body></html>", "HTML page"),
    ],
)
def test_what_is_no_list_is_said_in_words(kind: str, body: str, said: str) -> None:
    with pytest.raises(NotListing) as refused:
        read(make_source(kind), body)
    assert said in str(refused.value)


def test_a_page_of_the_family_without_articles_is_a_list_without_news() -> None:
    assert read(make_source("listing"), "<p>Chưa có tin</p>") == Named([], [])


def test_the_pager_is_the_familys() -> None:
    page = (
        '<ul id="ContentList1_pager"><li class="active"><a href="/list">1</a></li>'
        '<li><a href="/list/trang-2.html">2</a></li></ul>'
    )
    assert next_page(make_source("listing"), page.encode(), None, f"{HOME}/list") == f"{HOME}/list/trang-2.html"
    assert next_page(make_source("listing"), b"<p>x</p>", None, f"{HOME}/list") is None
