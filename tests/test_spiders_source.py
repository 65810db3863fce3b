"""Source files: every mistake is named with file, key and what is allowed; addresses of one article are one key."""

from pathlib import Path

import pytest

from spiders.families import FAMILIES
from spiders.source import EntryKind, Evidence, Source, SourceError, Tls, load_sources, parse_source

TWELVE = {
    "baochinhphu_vn",
    "baoquocte_vn",
    "en_vietnamplus_vn",
    "fr_vietnamplus_vn",
    "moh_gov_vn",
    "nhandan_vn",
    "suckhoedoisong_vn",
    "thoidai_com_vn",
    "vietnamnews_vn",
    "vietnamplus_vn",
    "vnexpress_net",
    "who_int_vietnam",
}

GOOD = """
name = "Báo Thử"
name_en = "Trial Paper"
kind = "newspaper"
country = "VN"
language = "vi"
family = "epi"
home = "https://www.thu.example/"
hosts = ["thu.example"]

[[entries]]
kind = "feed"
what = "front page"
url = "https://www.thu.example/rss/home.rss"
evidence = "seen"
"""


def make_source(text: str = GOOD, **changes: str) -> Source:
    for old, new in changes.items():
        text = text.replace(old, new)
    return parse_source(text, "trial.toml")


def complaint(text: str) -> str:
    with pytest.raises(SourceError) as caught:
        parse_source(text, "trial.toml")
    return str(caught.value)


class TestOurFiles:
    def test_all_load(self) -> None:
        assert set(load_sources()) >= TWELVE

    @pytest.mark.parametrize("source", load_sources().values(), ids=str)
    def test_no_entry_is_taken_for_an_article(self, source: Source) -> None:
        assert [e.url for e in source.entries if source.is_article(e.url)] == []

    @pytest.mark.parametrize("source", load_sources().values(), ids=str)
    def test_publisher_says_the_same(self, source: Source) -> None:
        publisher = source.publisher()
        assert (publisher.slug, publisher.home, publisher.kind) == (source.slug, source.home, str(source.kind))

    def test_the_ministry_has_two_generations(self) -> None:
        moh = load_sources()["moh_gov_vn"]
        assert moh.families == ("moh_portal", "liferay")
        assert moh.family == "moh_portal"
        assert {"8349", "8351"} <= {e.url.partition("cid=")[2] for e in moh.entries if e.kind is EntryKind.API}
        assert moh.tls is Tls.SECLEVEL1
        old = "https://moh.gov.vn/tin-tong-hop/-/asset_publisher/AbCdEfGhIjKl/content/bo-y-te-tiep-khach"
        assert moh.family_of(old) is FAMILIES["liferay"]
        assert moh.layouts(old)[0].name.startswith("liferay")
        new = "https://moh.gov.vn/index.jsp?pageId=5803&aid=168692&cid=8349"
        assert moh.family_of(new) is FAMILIES["moh_portal"]

    def test_facts_nobody_has_seen_are_marked(self) -> None:
        sources = load_sources()
        thoidai = {e.url: e.evidence for e in sources["thoidai_com_vn"].entries}
        assert thoidai["https://thoidai.com.vn/rss_feed/"] is Evidence.INFERRED
        assert sources["fr_vietnamplus_vn"].entries[0].evidence is Evidence.INFERRED
        government = {e.url: e.evidence for e in sources["baochinhphu_vn"].entries}
        assert government["https://baochinhphu.vn/y-te.rss"] is Evidence.UNVERIFIED


class TestOneArticleManyAddresses:
    @pytest.mark.parametrize(
        ("slug", "addresses"),
        [
            (
                "moh_gov_vn",
                [
                    "https://moh.gov.vn/tin-tong-hop/-/asset_publisher/AbCdEfGhIjKl/content/tin-moi",
                    "http://www.moh.gov.vn:443/en_US/tin-noi-bat/-/asset_publisher/Zz1Zz1Zz1Zz1/content/tin-moi?inheritRedirect=false",
                    "https://adminmoh.moh.gov.vn/vi_VN/web/guest/tin/-/asset_publisher/AbCdEfGhIjKl/content/tin-moi",
                ],
            ),
            (
                "moh_gov_vn",
                [
                    "https://moh.gov.vn/index.jsp?pageId=5803&aid=1234&cid=8349",
                    "https://moh.gov.vn/index.jsp?cid=8351&aid=1234&pageId=5803",
                ],
            ),
            (
                "vietnamplus_vn",
                [
                    "https://www.vietnamplus.vn/mot-tin-post234680.vnp",
                    "https://vietnamplus.vn/mot-tin/234680.vnp",
                    "https://m.vietnamplus.vn/tieu-de-khac-post234680.vnp?utm_source=x#top",
                ],
            ),
            (
                "thoidai_com_vn",
                [
                    "https://thoidai.com.vn/mot-tin-161618.html",
                    "https://thoidai.com.vn/mot-tin-161618.html&mobile=yes&amp=1",
                ],
            ),
            (
                "suckhoedoisong_vn",
                [
                    "https://suckhoedoisong.vn/tin-n153232.html",
                    "https://m.suckhoedoisong.vn/tin-169153232.htm",
                ],
            ),
        ],
    )
    def test_one_key(self, slug: str, addresses: list[str]) -> None:
        source = load_sources()[slug]
        assert all(source.is_article(address) for address in addresses)
        assert len({source.key(address) for address in addresses}) == 1

    def test_editions_are_apart(self) -> None:
        sources = load_sources()
        article = "https://{}vietnamplus.vn/a-post5.vnp"
        keys = {
            sources[s].key(article.format(h)) for s, h in (("vietnamplus_vn", "www."), ("en_vietnamplus_vn", "en."))
        }
        assert len(keys) == 2
        assert not sources["vietnamplus_vn"].owns("https://en.vietnamplus.vn/a-post5.vnp")

    def test_mirror_hosts_with_the_same_tail_are_foreign(self) -> None:
        assert not load_sources()["vietnamplus_vn"].is_article("https://bao-lau.example/tin-post285906.vnp")

    def test_who_owns_only_its_part(self) -> None:
        who = load_sources()["who_int_vietnam"]
        assert who.is_article("https://www.who.int/vietnam/news/detail/29-08-2024-new-partnership")
        assert not who.is_article("https://www.who.int/news/item/29-08-2024-elsewhere")

    def test_address_keeps_the_host_that_answers(self) -> None:
        source = make_source()
        assert (
            source.address("http://www.thu.example:80/tin-post7.vnp?fbclid=1#x")
            == "https://www.thu.example/tin-post7.vnp"
        )

    def test_address_keeps_the_order_of_parameters(self) -> None:
        url = "https://moh.gov.vn/index.jsp?pageId=5803&aid=1234&cid=8349"
        assert load_sources()["moh_gov_vn"].address(url) == url

    @pytest.mark.parametrize(
        "url", ["", "javascript:void(0)", "ftp://thu.example/a", "https://[", "mailto:a@b.example"]
    )
    def test_nonsense_is_no_article(self, url: str) -> None:
        assert not make_source().is_article(url)


class TestMistakes:
    def test_good(self) -> None:
        source = make_source()
        assert source.slug == "trial"
        assert source.interval.total_seconds() == 1800

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ('kind = "newspaper"', 'kind = "blog"', ["`kind`", "'blog'", "ministry", "embassy"]),
            ('country = "VN"', 'country = "Vietnam"', ["`country`", "Vietnam", "ISO 3166"]),
            ('family = "epi"', 'family = "drupal"', ["`family`", "drupal", "liferay"]),
            ('language = "vi"', "", ["`language`", "missing"]),
            ('name_en = "Trial Paper"', 'name_en = "Trial Paper"\nnamee = 1', ["`namee`", "allowed", "name_en"]),
            ('evidence = "seen"', 'evidence = "sure"', ["`entries.0.evidence`", "seen", "unverified"]),
            ('evidence = "seen"', 'evidence = "seen"\npagess = 2', ["`entries.0.pagess`", "pages"]),
            ('what = "front page"', "", ["`entries.0.what`", "missing"]),
            ("https://www.thu.example/rss", "https://other.example/rss", ["entries.0.url", "hosts", "other.example"]),
            ("https://www.thu.example/rss/home.rss", "file:///etc/passwd", ["`entries.0.url`", "http"]),
            ('hosts = ["thu.example"]', 'hosts = ["https://thu.example"]', ["`hosts.0`", "host name"]),
            (
                'hosts = ["thu.example"]',
                'hosts = ["thu.example"]\narticle = "["',
                ["`article.0`", "regular expression"],
            ),
            ('hosts = ["thu.example"]', 'hosts = ["thu.example"]\ntimezone = "Hanoi"', ["`timezone`", "Hanoi"]),
            ('hosts = ["thu.example"]', 'hosts = ["thu.example"]\ntls = "off"', ["`tls`", "seclevel1", "unverified"]),
            ('hosts = ["thu.example"]', 'hosts = ["thu.example"]\nlimits = {articles = 0}', ["`limits.articles`", "1"]),
            ('hosts = ["thu.example"]', 'hosts = ["thu.example"]\nevidence = {hots = "seen"}', ["`evidence`", "hots"]),
            ('family = "epi"', "", ["`article`", "family"]),
            ('kind = "newspaper"', "kind = newspaper", ["not TOML"]),
            ('name = "Báo Thử"', 'name = "Báo Thử"\nslug = "other"', ["`slug`", "trial"]),
        ],
    )
    def test_named_with_key_and_what_is_allowed(self, old: str, new: str, said: list[str]) -> None:
        assert old in GOOD
        message = complaint(GOOD.replace(old, new))
        assert message.startswith("trial.toml: ")
        assert [words for words in said if words not in message] == []

    def test_all_mistakes_at_once(self) -> None:
        message = complaint(GOOD.replace('"newspaper"', '"blog"').replace('"VN"', '"vn"').replace('"seen"', '"sure"'))
        assert all(key in message for key in ("`kind`", "`country`", "`entries.0.evidence`"))
        assert "`entries`:" not in message  # there is an entry, if a wrong one

    def test_all_files_at_once(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            (tmp_path / f"{name}.toml").write_text(GOOD.replace('"newspaper"', '"blog"'), encoding="utf-8")
        (tmp_path / "c.toml").write_text(GOOD, encoding="utf-8")
        with pytest.raises(SourceError, match=r"(?s)a\.toml.*b\.toml"):
            load_sources(tmp_path)

    def test_no_folder(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="no such folder"):
            load_sources(tmp_path / "nowhere")

    def test_frozen(self) -> None:
        with pytest.raises(ValueError, match="frozen"):
            make_source().name = "other"
