"""Canonical addresses, digests of words, paragraphs and bodies."""

import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.keys import body_digest, canonical_url, edition, words_digest
from storage.records import Document

ARTICLE = "https://moh.gov.vn/tin-tong-hop/-/asset_publisher/k2Qn/content/thu-truong-tiep-ai-su"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        # scheme, host, port, fragment
        ("http://Example.VN", "https://example.vn/"),
        ("HTTPS://moh.gov.vn:443/tin", "https://moh.gov.vn/tin"),
        ("http://moh.gov.vn:80/tin", "https://moh.gov.vn/tin"),
        ("http://moh.gov.vn:8080/tin", "https://moh.gov.vn:8080/tin"),
        ("https://moh.gov.vn./tin#binh-luan", "https://moh.gov.vn/tin"),
        ("https://user:secret@moh.gov.vn/", "https://moh.gov.vn/"),
        ("  https://moh.gov.vn/ti\nn\t ", "https://moh.gov.vn/tin"),
        ("https:\\\\moh.gov.vn\\tin", "https://moh.gov.vn/tin"),
        # hosts of devices; a language host is another edition
        ("https://www.vietnamplus.vn/a-post1.vnp", "https://vietnamplus.vn/a-post1.vnp"),
        ("http://m.suckhoedoisong.vn/a-1.htm", "https://suckhoedoisong.vn/a-1.htm"),
        ("https://amp.example.vn/a", "https://example.vn/a"),
        ("https://en.vietnamplus.vn/a", "https://en.vietnamplus.vn/a"),
        ("https://m.vn/", "https://m.vn/"),
        ("https://bộytế.vn/", "https://xn--byt-9jzwf.vn/"),
        # tracking and device parameters; order
        ("https://a.vn/t?utm_source=x&b=2&fbclid=IwA&a=1&zarsrc=30", "https://a.vn/t?a=1&b=2"),
        ("https://a.vn/t?UTM_Source=x", "https://a.vn/t"),
        ("https://a.vn/t?a=1&amp;b=2&amp;amp;c=3", "https://a.vn/t?a=1&b=2&c=3"),
        ("https://a.vn/t?", "https://a.vn/t"),
        ("https://a.vn/t?q=a+b", "https://a.vn/t?q=a%20b"),
        ("https://thoidai.com.vn/bai-161618.html&mobile=yes&amp=1", "https://thoidai.com.vn/bai-161618.html"),
        ("https://thoidai.com.vn/economy&s_cond=&BRSR=20", "https://thoidai.com.vn/economy&s_cond=&BRSR=20"),
        # Liferay: the way back and the portlet, on an article only
        (f"{ARTICLE}?inheritRedirect=false&redirect=https%3A%2F%2Fmoh.gov.vn%3Fp_p_id%3D101", ARTICLE),
        (f"{ARTICLE}?_101_INSTANCE_k2Qn_redirect=%2F&p_p_id=101_INSTANCE_k2Qn&p_r_p_x=1", ARTICLE),
        ("https://moh.gov.vn/tin?p_p_id=101&redirect=x", "https://moh.gov.vn/tin?p_p_id=101&redirect=x"),
        # letters: raw, encoded, composed and decomposed are one address
        ("https://unicef.org/vi/những", "https://unicef.org/vi/nh%E1%BB%AFng"),
        ("https://unicef.org/vi/nh%e1%bb%afng", "https://unicef.org/vi/nh%E1%BB%AFng"),
        (unicodedata.normalize("NFD", "https://unicef.org/vi/những"), "https://unicef.org/vi/nh%E1%BB%AFng"),
        ("https://vovworld.vn/zh-CN/新闻/404.vov", "https://vovworld.vn/zh-CN/%E6%96%B0%E9%97%BB/404.vov"),
        ("https://a.vn/%7Ehoa/%2d%41", "https://a.vn/~hoa/-A"),
        ("https://a.vn/a%2Fb%3fc", "https://a.vn/a%2Fb%3Fc"),
        ('https://a.vn/a b"<c>', "https://a.vn/a%20b%22%3Cc%3E"),
        ("https://a.vn/x/./y/../z/..", "https://a.vn/x/"),
        ("https://a.vn/../../x", "https://a.vn/x"),
        # garbage stays garbage, but one and the same
        ("https://a.vn/100%", "https://a.vn/100%25"),
        ("https://a.vn/%zz%E1", "https://a.vn/%25zz%E1"),
        ("https://a.vn/%%34%31", "https://a.vn/%2541"),
        ("https://a.vn/%3e\u0301", "https://a.vn/%3E%CC%81"),
        ("http://[::1", "https://[::1/"),
        ("http://[::1]:443/x", "https://[::1]/x"),
        ("http://a:b:c/x", "https://a:b:c/x"),
        ("http://exa mple.vn/", "https://exa%20mple.vn/"),
        ("https://a.vn/\ud800", "https://a.vn/%EF%BF%BD"),
        ("https://a.vn/?&&=&a", "https://a.vn/?a"),
    ],
)
def test_canonical_address(written: str, canonical: str) -> None:
    assert canonical_url(written) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "tin-tuc/a.html",
        "//moh.gov.vn/a",
        "javascript:void(0)",
        "mailto:a@b.vn",
        "ftp://a.vn/",
        "file:///etc",
        "http://",
        "https://?a=1",
        "http:a.vn",
        "http://user@/x",
    ],
)
def test_what_is_no_http_address_is_refused_in_words(url: str) -> None:
    with pytest.raises(ValueError, match="not an absolute http"):
        canonical_url(url)


@pytest.mark.parametrize(
    ("host", "serves"),
    [
        ("WWW.Bao.VN.", "bao.vn"),
        ("m.bao.vn", "bao.vn"),
        ("www.m.bao.vn", "bao.vn"),
        ("en.bao.vn", "en.bao.vn"),
        ("m.vn", "m.vn"),  # nothing of a name would be left
    ],
)
def test_devices_share_an_edition_and_languages_do_not(host: str, serves: str) -> None:
    assert edition(host) == serves


_PIECES = (
    r"/ \ . .. % %2 %e1%bb%87 %CC%81 %2F %3e %41 & amp; = ? # + ; utm_x=1 www. m. amp. : @ [ ] 443 080 ： 。 İ ß ộ Đ"
    " \u200d xn-- xn--a -/ /content/ redirect= .html .htm& e\u0301 \x00 \ud800 a B"
)
pieces = st.sampled_from(_PIECES.split(" "))


@given(st.lists(pieces | st.text(max_size=5), max_size=12).map("".join))
def test_canonical_address_is_stable_and_never_breaks(rest: str) -> None:
    try:
        once = canonical_url(f"http://{rest}")
    except ValueError as refusal:
        assert "not an absolute http" in str(refusal)  # noqa: PT017 - other errors must not pass
        return
    assert canonical_url(once) == once
    assert once.isascii()


def make_document(title: str = "Bộ Y tế tiếp Đại sứ", lead: str | None = None, *paragraphs: str) -> Document:
    return Document(title=title, lead=lead, paragraphs=paragraphs, reader="test", confidence=1.0)


@pytest.mark.parametrize(
    "same",
    [
        make_document("BỘ Y TẾ  tiếp đại sứ!", "Hoà bình, hữu nghị", "Hợp tác “y tế”…"),
        make_document("Bộ Y tế tiếp Ðại sứ", "Hòa\u00a0bình hữu nghị", "Hợp\u200b tác y\u00ad tế"),
        make_document(unicodedata.normalize("NFD", "Bộ Y tế tiếp Đại sứ"), None, "Hòa bình, hữu nghị. Hợp tác y tế"),
    ],
)
def test_typography_does_not_count_in_the_digest(same: Document) -> None:
    assert words_digest(same) == words_digest(
        make_document("Bộ Y tế tiếp Đại sứ", "Hòa bình, hữu nghị", "Hợp tác y tế")
    )


@pytest.mark.parametrize(
    "other",
    [
        make_document("Bộ Y tế tiếp Đại sứ", None, "200 triệu"),
        make_document("Bộ Y tế tiếp Đại sứ", None, "100 triệu đồng"),
        make_document("Bộ Y tế tiếp Đại sư", None, "100 triệu"),  # an accent is a letter
    ],
)
def test_a_word_counts_in_the_digest(other: Document) -> None:
    assert words_digest(other) != words_digest(make_document("Bộ Y tế tiếp Đại sứ", None, "100 triệu"))


def test_digest_is_fixed_for_good() -> None:
    # stored digests are compared with new ones: the algorithm may not change without a migration
    assert words_digest(make_document("A B", "c", "D.")) == hashlib.sha256(b"a b c d").hexdigest()


def test_body_digest() -> None:
    assert body_digest(b"") == hashlib.sha256(b"").hexdigest()
