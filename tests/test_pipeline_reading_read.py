"""Pages in, documents out: headline, text, dates, signatures, and what is no article."""

# ruff: noqa: E501 - the sentences of articles are as long as they are

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from pipeline.reading.read import RawPage, Reading, as_json, block_digest, read
from spiders.source import Source, load_sources
from storage.records import Document, Hint, NotArticle, Precision, Rejection, SiteMemory

TITLE = "Bệnh viện Bạch Mai nhận máy thở do Nhật Bản tặng"
LEAD = (
    "Hai mươi máy thở cùng bộ phụ kiện đã được bàn giao sáng nay, kèm một khóa tập huấn cho điều dưỡng của mười tỉnh."
)
TEXT = (
    "Lô máy thở được vận chuyển bằng đường biển từ cảng Kobe và mất ba tuần mới tới Hải Phòng, vì phải chờ kiểm định.",
    "Theo bác sĩ Trần Quốc Bảo, khoa Hồi sức tích cực đang thiếu thiết bị cho khoảng một phần ba số giường bệnh nặng.",
    "Phía Nhật Bản cử bốn kỹ sư ở lại hai tháng để hướng dẫn bảo trì, và sẽ trở lại vào mùa xuân để đánh giá kết quả.",
    "Bệnh viện cho biết một nửa số máy sẽ được chuyển về các trạm ở vùng núi trước khi mùa lạnh bắt đầu vào tháng mười.",
)
RELATED = "Thủ tướng tiếp đoàn bác sĩ Cuba và cảm ơn sự giúp đỡ"


def paragraphs(texts: tuple[str, ...] = TEXT) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def make_page(
    *,
    head: str = "",
    before: str = "",
    body: str | None = None,
    after: str = "",
    title: str = f"<title>{TITLE} | Báo Mẫu</title>",
    url: str = "https://baomau.example/y-te/bai-1.html",
    fetched_at: datetime | None = datetime(2024, 9, 1, tzinfo=UTC),
) -> RawPage:
    html = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">{title}{head}</head><body>
    <header><nav><ul><li><a href="/">Trang chủ</a></li><li><a href="/y-te">Y tế</a></li></ul></nav></header>
    <main><article><h1>{TITLE}</h1>{before}<div class="noi-dung">{paragraphs() if body is None else body}</div>{after}
    </article></main>
    <footer><p>Giấy phép xuất bản số 1 do Cục Báo chí cấp. Tổng biên tập: Nguyễn Văn Mẫu. Bản quyền thuộc Báo Mẫu.</p>
    </footer></body></html>"""
    return RawPage(url=url, body=html.encode(), fetched_at=fetched_at)


def document(page: RawPage, source: Source | None = None, memory: SiteMemory | None = None) -> Document:
    outcome = read(page, source=source, memory=memory).outcome
    assert isinstance(outcome, Document), outcome
    return outcome


def rejection(page: RawPage) -> Rejection:
    outcome = read(page).outcome
    assert isinstance(outcome, Rejection), outcome
    return outcome


@pytest.fixture(scope="module")
def sources() -> dict[str, Source]:
    return load_sources()


# ── Text ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_article_is_read_whole_and_nothing_else() -> None:
    found = document(make_page())
    assert found.paragraphs == TEXT
    assert found.title == TITLE
    assert found.language == "vi"  # from the text; `html lang` says English
    assert found.reader == "generic"


def test_the_lead_outside_the_body_is_kept() -> None:
    found = document(make_page(before=f'<div class="meta">Chia sẻ</div><h2 class="sapo">{LEAD}</h2>'))
    assert found.lead == LEAD
    assert found.paragraphs == TEXT


@pytest.mark.parametrize(
    "furniture",
    [
        f'<div class="related"><h3>Tin liên quan</h3><ul><li><a href="/1">{RELATED}</a></li></ul></div>',
        f'<div><h3>Đọc nhiều</h3><a href="/1">{RELATED}</a><a href="/2">{RELATED} lần hai</a></div>',
        f'<p>&gt;&gt; <a href="/1">{RELATED}</a></p>',
        f'<p>Xem thêm: <a href="/1">{RELATED}</a></p>',
        f"<p>Mời độc giả xem thêm: {RELATED}</p>",
        f'<p><a href="/1"><strong>{RELATED}</strong></a></p>',
        "".join(
            f'<div class="o"><a href="/{n}">{RELATED} lần {n}</a><p>Tóm tắt ngắn của bài số {n} nói về {RELATED}.</p></div>'
            for n in range(4)
        ),
        f'<article class="story"><h2><a href="/1">{RELATED}</a></h2><p>Một câu tóm tắt của bài khác.</p></article>',
        f'<div class="comment-list"><p>Ban doc A</p><p>{RELATED}, tôi rất mừng khi đọc tin này ở báo nhà mình.</p></div>',
    ],
    ids=["named box", "heading", "arrows", "see also", "invitation", "bold link", "cards", "article", "comments"],
)
@pytest.mark.parametrize("place", ["inside", "after"])
def test_other_stories_do_not_leak(furniture: str, place: str) -> None:
    if place == "inside":
        page = make_page(body=paragraphs(TEXT[:2]) + furniture + paragraphs(TEXT[2:]))
    else:
        page = make_page(after=furniture)
    found = document(page)
    assert RELATED not in json.dumps(as_json(found), ensure_ascii=False)
    assert found.paragraphs == TEXT


@pytest.mark.parametrize("name", ["related-topics-body", "newsletter-article", "sidebar-left-layout", "popular-news"])
def test_a_misleading_name_does_not_cost_the_article(name: str) -> None:
    found = document(make_page(body=f'<div class="{name}">{paragraphs()}</div>'))
    assert found.paragraphs == TEXT


def test_subheads_lists_quotes_and_tables_belong_to_the_article() -> None:
    body = (
        f"<p>{TEXT[0]}</p><h2>Thiết bị được trao</h2><ul><li>Máy thở xâm nhập</li><li>Máy tạo oxy di động</li></ul>"
        f"<blockquote><p>{TEXT[1]}</p></blockquote>"
        "<table><tr><th>Tỉnh</th><th>Số máy</th></tr><tr><td>Sơn La</td><td>4</td></tr><tr><td>Lai Châu</td><td>6</td></tr></table>"
        f"<p>{TEXT[2]}</p>"
    )
    assert document(make_page(body=body)).paragraphs == (
        TEXT[0],
        "Thiết bị được trao",
        "Máy thở xâm nhập",
        "Máy tạo oxy di động",
        TEXT[1],
        "Tỉnh | Số máy",
        "Sơn La | 4",
        "Lai Châu | 6",
        TEXT[2],
    )


@pytest.mark.parametrize(
    "picture",
    [
        '<figure><img src="/a.jpg"><figcaption>Lễ bàn giao ở sân bệnh viện.</figcaption></figure>',
        '<div class="anh"><img src="/a.jpg"><p class="caption">Lễ bàn giao ở sân bệnh viện.</p></div>',
        '<p><img src="/a.jpg"></p><p>Quang cảnh lễ bàn giao ở sân bệnh viện.</p>',
        '<p><img src="/a.jpg"></p><p>Lễ bàn giao ở sân bệnh viện. (Ảnh: Hoàng Yến/Báo Mẫu)</p>',
    ],
)
def test_captions_stand_apart_from_the_text(picture: str) -> None:
    found = document(make_page(body=paragraphs(TEXT[:2]) + picture + paragraphs(TEXT[2:])))
    assert found.paragraphs == TEXT
    assert len(found.captions) == 1
    assert "ở sân bệnh viện." in found.captions[0]


def test_a_short_sentence_after_a_picture_is_no_caption_when_it_tells_the_story() -> None:
    told = "Phát biểu tại buổi lễ, Giám đốc bệnh viện cảm ơn các kỹ sư."
    found = document(
        make_page(body=paragraphs(TEXT[:2]) + f'<p><img src="/a.jpg"></p><p>{told}</p>' + paragraphs(TEXT[2:]))
    )
    assert told in found.paragraphs


def test_paragraphs_parted_by_line_breaks_are_paragraphs() -> None:
    assert document(make_page(body="<br><br>".join(TEXT))).paragraphs == TEXT


def test_a_paragraph_that_stands_twice_is_kept_once() -> None:
    copy = f'<div style="display:none">{paragraphs()}</div>'
    assert document(make_page(after=copy)).paragraphs == TEXT


# ── Headline ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "title",
    [
        f"{TITLE} | Y tế | Báo Mẫu (BaoMau)",
        f"{TITLE} - Báo Mẫu điện tử",
        f"Báo Mẫu: {TITLE}",
        "Xuất bản thông tin - Cổng thông tin Bộ Mẫu",
        "",
    ],
)
def test_the_headline_has_no_suffix_and_is_never_the_portals(title: str) -> None:
    assert document(make_page(title=f"<title>{title}</title>")).title == TITLE


def test_a_headline_that_only_the_head_knows() -> None:
    page = make_page(
        head=f'<meta property="og:title" content="{TITLE} | Báo Mẫu"><meta property="og:site_name" content="Báo Mẫu">'
    )
    body = page.body.decode().replace(f"<h1>{TITLE}</h1>", "<h1>Xuất bản thông tin</h1>")
    assert document(RawPage(url=page.url, body=body.encode())).title == TITLE


def test_a_headline_has_no_source_and_counter_behind_it() -> None:
    page = make_page(head=f'<meta property="og:title" content="{TITLE}">')
    body = page.body.decode().replace(f"<h1>{TITLE}</h1>", f"<h1>{TITLE} <span>(bao.example.com)</span> <b>87</b></h1>")
    assert document(RawPage(url=page.url, body=body.encode())).title == TITLE
    longer = page.body.decode().replace(f"<h1>{TITLE}</h1>", f"<h1>{TITLE} (năm 2024)</h1>")
    assert document(RawPage(url=page.url, body=longer.encode())).title == f"{TITLE} (năm 2024)"


def test_a_page_of_mojibake_is_mended_whole() -> None:
    page = make_page()
    broken = RawPage(url=page.url, body=page.body.decode().encode().decode("latin-1").encode())
    found = document(broken)
    assert (found.title, found.paragraphs) == (TITLE, TEXT)


# ── Dates ──────────────────────────────────────────────────────────────────────────────────────────────────

LINKED = '<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","headline":"%s","datePublished":"%s","author":{"name":"Lê Thu"},"articleSection":"Y tế"}]}</script>'


@pytest.mark.parametrize(
    ("head", "before", "expected"),
    [
        (LINKED % (TITLE, "2024-08-29T14:10:00+07:00"), "", "2024-08-29T14:10:00+07:00"),
        ('<meta property="article:published_time" content="2024-08-29T14:10:00">', "", "2024-08-29T14:10:00+07:00"),
        ("", '<time datetime="2024-08-29T07:10:00Z">hôm nay</time>', "2024-08-29T07:10:00+00:00"),
        ("", '<span class="date">29/08/2024 | 14:10 PM</span>', "2024-08-29T14:10:00+07:00"),
        ("", "<p>Thứ Năm, ngày 29/08/2024 14:10</p>", "2024-08-29T14:10:00+07:00"),
    ],
)
def test_the_date_of_publication(head: str, before: str, expected: str) -> None:
    page = make_page(head=head, before=before, url="https://baomau.vn/bai-1.html")
    found = document(page)
    assert found.published is not None
    assert found.published.at.isoformat() == expected
    assert found.published.zone_assumed == (not any(mark in head + before for mark in ("+07:00", "07:10:00Z")))
    assert found.paragraphs == TEXT  # and the date is no part of the text


def test_a_date_of_another_story_is_never_the_articles() -> None:
    listed = "".join(
        f'<li><a href="/{n}">{RELATED} lần {n}</a> <time datetime="2024-09-0{n}T01:00:00Z">0{n}/09/2024</time></li>'
        for n in (1, 2, 3)
    )
    found = document(make_page(after=f'<div class="related"><h3>Tin khác</h3><ul>{listed}</ul></div>'))
    assert found.published is None
    assert "no date of publication" in found.doubts


def test_a_day_without_a_time_says_so() -> None:
    published = document(make_page(before="<p>29/08/2024</p>")).published
    assert published is not None
    assert published.precision is Precision.DAY


def test_the_time_of_creation_in_the_address_is_a_fallback() -> None:
    found = document(make_page(url="https://baomau.vn/bai-169240829141000123.htm")).published
    assert found is not None
    assert found.at.isoformat().startswith("2024-08-29T14:10:00")
    stated = document(make_page(before="<p>30/08/2024 08:00</p>", url="https://baomau.vn/bai-169240829141000123.htm"))
    assert stated.published is not None
    assert stated.published.at.day == 30


def test_the_listings_word_counts_when_the_page_says_nothing() -> None:
    page = make_page()
    hint = Hint(published_at=datetime(2024, 8, 29, 7, 10, tzinfo=UTC))
    found = document(RawPage(url=page.url, body=page.body, hint=hint))
    assert found.published is not None
    assert found.published.at == hint.published_at
    assert "the date of publication is the listing's" in found.doubts


# ── Who signs ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("signature", "byline", "agency"),
    [
        ("Theo Thu Trang/TTXVN", "Thu Trang", "TTXVN"),
        ("(TTXVN/Vietnam+)", None, "TTXVN"),
        ("Minh Đức (TTXVN)", "Minh Đức", "TTXVN"),
        ("Nguyễn Thị Mẫu", "Nguyễn Thị Mẫu", None),
    ],
)
def test_a_signature_at_the_end_leaves_the_text(signature: str, byline: str | None, agency: str | None) -> None:
    found = document(make_page(body=paragraphs() + f'<p style="text-align:right"><b>{signature}</b></p>'))
    assert found.paragraphs == TEXT
    assert (found.byline, found.agency) == (byline, agency)


@pytest.mark.parametrize("prefix", ["SKĐS - ", "VOV.VN - ", "(PLVN) - ", "TTO - "])
def test_a_lead_loses_the_newspapers_mark(prefix: str) -> None:
    assert document(make_page(before=f'<h2 class="sapo">{prefix}{LEAD}</h2>')).lead == LEAD


def test_metadata_of_json_ld() -> None:
    found = document(
        make_page(head=LINKED % (TITLE, "2024-08-29") + '<meta name="keywords" content="máy thở, Nhật Bản">')
    )
    assert (found.byline, found.section, found.tags) == ("Lê Thu", "Y tế", ("máy thở", "Nhật Bản"))


def test_the_lead_image_with_its_caption_and_credit() -> None:
    figure = '<figure><img src="/a.jpg"><figcaption>Lễ bàn giao. (Ảnh: Hoàng Yến)</figcaption></figure>'
    image = document(make_page(body=paragraphs(TEXT[:2]) + figure + paragraphs(TEXT[2:]))).image
    assert image is not None
    assert (image.url, image.caption, image.credit) == ("https://baomau.example/a.jpg", "Lễ bàn giao.", "Hoàng Yến")


# ── Not an article ─────────────────────────────────────────────────────────────────────────────────────────


def listing() -> str:
    rows = "".join(
        f'<div class="row"><h3><a href="/{n}">{RELATED} lần thứ {n}</a></h3><p>Câu tóm tắt của bài số {n} đủ dài để tưởng là văn.</p></div>'
        for n in range(20)
    )
    return f"<html><head><title>Y tế</title></head><body><h1>Y tế</h1><div>{rows}</div></body></html>"


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("", NotArticle.EMPTY),
        ("   \x00\x00", NotArticle.EMPTY),
        (listing(), NotArticle.LISTING),
        ("<?xml version='1.0'?><rss><channel></channel></rss>", NotArticle.LISTING),
        (
            "<title>404 Not Found</title><h1>Không tìm thấy trang</h1><p>Trang bạn tìm không tồn tại hoặc đã bị xóa.</p>",
            NotArticle.ERROR,
        ),
        ("<title>Just a moment...</title><p>Checking your browser before accessing the site.</p>", NotArticle.LOGIN),
        ("<title>Đăng nhập</title><form><p>Vui lòng đăng nhập để đọc tiếp nội dung này.</p></form>", NotArticle.LOGIN),
        (
            "<title>Cổng</title><div id=root></div><script>start()</script><noscript>Enable JavaScript</noscript>",
            NotArticle.SHELL,
        ),
        (
            '<meta property="og:type" content="video.other"><h1>Video lễ bàn giao</h1><p>Mời xem đoạn phim ngắn ở sân.</p>',
            NotArticle.MEDIA,
        ),
        ("%PDF-1.7 \x00", NotArticle.BROKEN),
        ('{"d": {"la": 1}}', NotArticle.BROKEN),
    ],
)
def test_what_is_no_article_is_refused_with_its_cause(body: str, cause: NotArticle) -> None:
    found = rejection(RawPage(url="https://baomau.example/", body=body.encode()))
    assert found.cause is cause
    assert found.detail


def test_an_article_about_an_error_is_an_article() -> None:
    page = make_page(title="<title>Lỗi 404 và 502 của cổng tiêm chủng: chuyện gì đã xảy ra</title>")
    assert document(page).paragraphs == TEXT


# ── Layouts ────────────────────────────────────────────────────────────────────────────────────────────────


def vccorp(body: str, title: str = f'<h1 class="detail-title" data-role="title">{TITLE}</h1>') -> bytes:
    return f"""<html><body>{title}<div data-role="publishdate" title="2024-08-29T14:10:00">29/08/2024 14:10</div>
    <h2 class="detail-sapo" data-role="sapo">SKĐS - {LEAD}</h2>{body}</body></html>""".encode()


CONTENT = f'<div class="detail-content afcbc-body" data-role="content">{paragraphs()}<div type="RelatedOneNews"><a>{RELATED}</a><p>{RELATED}, một câu dài của bài khác để bộ đọc chung dễ nhầm.</p></div></div>'
ADDRESS = "https://suckhoedoisong.vn/bai-169240829141000123.htm"
WHEN = datetime(2024, 9, 1, tzinfo=UTC)


def test_a_layout_reads_strictly(sources: dict[str, Source]) -> None:
    reading = read(RawPage(url=ADDRESS, body=vccorp(CONTENT), fetched_at=WHEN), source=sources["suckhoedoisong_vn"])
    found = reading.outcome
    assert isinstance(found, Document)
    assert (found.reader, found.lead, found.paragraphs) == ("vccorp/2021", LEAD, TEXT)
    assert found.published is not None
    assert found.published.at.isoformat() == "2024-08-29T14:10:00+07:00"
    assert reading.disagreement is None


@pytest.mark.parametrize(
    ("body", "said"),
    [(CONTENT + CONTENT, "found 2 times"), (f"<article>{paragraphs()}</article>", "found 0 times")],
    ids=["two bodies", "no body"],
)
def test_a_broken_layout_is_said_and_the_generic_reader_takes_over(
    body: str, said: str, sources: dict[str, Source]
) -> None:
    reading = read(RawPage(url=ADDRESS, body=vccorp(body), fetched_at=WHEN), source=sources["suckhoedoisong_vn"])
    assert isinstance(reading.outcome, Document)
    assert reading.outcome.reader == "generic"
    assert set(TEXT) <= set(reading.outcome.paragraphs)
    assert reading.disagreement is not None
    assert said in reading.disagreement
    assert any("layout does not fit" in doubt for doubt in reading.outcome.doubts)


# ── The site's memory ──────────────────────────────────────────────────────────────────────────────────────

SLOGAN = "Báo Mẫu luôn đồng hành cùng bạn đọc trên mọi miền đất nước, từ biển đảo xa xôi tới bản làng vùng cao."


def remember(reading: Reading, memory: SiteMemory) -> SiteMemory:
    counts = dict(memory.blocks)
    for block in reading.blocks:
        counts[block] = counts.get(block, 0) + 1
    return SiteMemory(source=memory.source, pages=memory.pages + 1, blocks=counts)


def numbered(number: int) -> RawPage:
    texts = tuple(f"{text} Đó là bản tin thứ {number}." for text in TEXT)
    return make_page(body=paragraphs(texts) + f"<p>{SLOGAN}</p>")


def leaks(outcome: Document | Rejection) -> int:
    return isinstance(outcome, Document) and SLOGAN in outcome.paragraphs


def test_the_sites_own_blocks_stop_leaking_from_the_third_article_on() -> None:
    memory = SiteMemory(source="baomau", pages=0, blocks={})
    with_memory = []
    without = []
    for number in range(6):
        page = numbered(number)
        reading = read(page, memory=memory)
        with_memory.append(leaks(reading.outcome))
        without.append(leaks(read(page).outcome))
        memory = remember(reading, memory)
    assert without == [True] * 6
    assert with_memory == [True] * 2 + [False] * 4


def test_the_memory_does_not_eat_a_paragraph_that_two_copies_share() -> None:
    memory = SiteMemory(source="baomau", pages=2, blocks=dict.fromkeys(map(block_digest, TEXT), 2))
    assert document(make_page(), memory=memory).paragraphs == TEXT


def test_the_memory_does_not_eat_what_an_edited_article_shares_with_its_copy() -> None:
    memory = SiteMemory(source="baomau", pages=2, blocks=dict.fromkeys(map(block_digest, TEXT[:3]), 2))
    assert document(make_page(), memory=memory).paragraphs == TEXT


def test_the_memory_does_not_eat_an_article_that_the_site_tells_many_times() -> None:
    memory = SiteMemory(source="baomau", pages=9, blocks=dict.fromkeys(map(block_digest, TEXT), 9))
    assert document(make_page(), memory=memory).paragraphs == TEXT


# ── Confidence, encodings, output ──────────────────────────────────────────────────────────────────────────


def test_doubts_are_said_and_lower_the_confidence() -> None:
    sure = document(make_page(before="<p>29/08/2024 14:10</p>"))
    unsure = document(make_page(body=f"<p>{TEXT[0]}</p>"))
    assert (sure.confidence, sure.doubts) == (1.0, ())
    assert unsure.confidence < 0.7
    assert any("characters of text" in doubt for doubt in unsure.doubts)


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode(),
        lambda text: text.replace('charset="utf-8"', 'charset="iso-8859-1"').encode(),
        lambda text: text.encode("latin-1", "xmlcharrefreplace"),
        lambda text: text.encode().decode("latin-1").encode(),
    ],
    ids=[
        "utf-16 with mark",
        "utf-16 without",
        "utf-8 with mark",
        "utf-8",
        "declared wrongly",
        "entities",
        "encoded twice",
    ],
)
def test_encodings(encode: Callable[[str], bytes]) -> None:
    page = make_page()
    assert document(RawPage(url=page.url, body=encode(page.body.decode()))).paragraphs == TEXT


def test_json_holds_every_field_of_a_document() -> None:
    found = as_json(document(make_page(head=LINKED % (TITLE, "2024-08-29T14:10:00+07:00"))))
    assert found["published_at"] == "2024-08-29T14:10:00+07:00"
    assert found["zone_assumed"] is False
    assert set(found) == {
        *("title", "published_at", "precision", "zone_assumed", "modified_at", "lead", "paragraphs", "captions"),
        *(
            "byline",
            "agency",
            "section",
            "tags",
            "language",
            "canonical_url",
            "image",
            "reader",
            "confidence",
            "doubts",
        ),
    }
    json.dumps(found)
    assert as_json(rejection(RawPage(url="", body=b""))) == {"rejected": "empty", "detail": "an empty answer"}
