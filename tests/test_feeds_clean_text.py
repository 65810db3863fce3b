"""Texts of strangers, made fit for feeds."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeds.clean_text import clean, cut, plain, safe_url, shorten


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("Bộ Y tế <b>tiếp</b> Đại sứ", "Bộ Y tế tiếp Đại sứ"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<scr<b>ipt>x", "x"),
        ("Johnson &amp; Johnson", "Johnson & Johnson"),
        ("tuổi < 5 và > 60", "tuổi < 5 và > 60"),
        ("<Bộ Y tế> họp", "‹Bộ Y tế> họp"),
        ("a<br/>b", "ab"),
        ("nhiều\n\n khoảng\ttrắng", "nhiều khoảng trắng"),
        ("\u202eđảo\u202c", "đảo"),
        ("a\ud800b\x00c\ufffed\U0010ffffe", "abcde"),
    ],
)
def test_plain(given: str, wanted: str) -> None:
    assert plain(given) == wanted


def test_joined_forms_come_out() -> None:
    assert clean(unicodedata.normalize("NFD", "Hợp tác quốc tế")) == "Hợp tác quốc tế"


@given(st.text(alphabet=st.characters(), max_size=300))
def test_plain_text_always_fits_into_xml_and_holds_no_tag(text: str) -> None:
    element = etree.Element("title")
    element.text = plain(text)
    assert etree.fromstring(etree.tostring(element, encoding="UTF-8")).text in (element.text, None)
    element.text.encode()
    assert not any(f"<{letter}" in plain(text) for letter in "abSb/!?")
    assert plain(plain(text)).count("<") <= text.count("<") + text.count("&")


def test_texts_are_cut_at_words_and_sentences() -> None:
    text = "Hai bên ký bản ghi nhớ tại Hà Nội. Chương trình kéo dài năm năm. Kinh phí do phía bạn tài trợ."
    assert shorten(text, 200) == text
    assert shorten(text, 70) == "Hai bên ký bản ghi nhớ tại Hà Nội. Chương trình kéo dài năm năm."
    assert shorten("TP. HCM " + "dài " * 40, 60).endswith("dài…")
    assert cut("một hai ba", 8) == "một hai…"
    assert len(cut("x" * 500, 100)) == 100
    assert len(plain("y tế " * 300_000, 300)) <= 300


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("https://moh.gov.vn/tin", "https://moh.gov.vn/tin"),
        ("https://moh.gov.vn", "https://moh.gov.vn/"),
        ("http://báo.vn/bài viết?q=y tế#đ", "http://xn--bo-mia.vn/b%C3%A0i%20vi%E1%BA%BFt?q=y%20t%E1%BA%BF#%C4%91"),
        ("https://a.vn/%C3%A0?x=%20", "https://a.vn/%C3%A0?x=%20"),
        ("https://user:secret@a.vn:8443/x", "https://a.vn:8443/x"),
        ("https://[::1]/", "https://[::1]/"),
        ("HTTPS://A.VN/x", "https://a.vn/x"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//a.vn/x", None),
        ("/x", None),
        ("", None),
        (None, None),
        ("https://a.vn:port/", None),
        ("https://<b>/", None),
        ("https://[::1/", None),
        ('https://a.vn/"><script>', "https://a.vn/%22%3E%3Cscript%3E"),
    ],
)
def test_only_absolute_web_addresses_pass(given: str | None, wanted: str | None) -> None:
    assert safe_url(given) == wanted
