"""Names are hearsay, worth decides, and what belongs is told block by block."""

# ruff: noqa: E501 - the sentences of articles are as long as they are

import pytest

from pipeline.reading import boilerplate, repair
from pipeline.reading.blocks import Outline, outline, parse
from pipeline.reading.element_names import Meaning, meaning_of

TEXT = (
    "The clinic opened its doors before the road was finished, and the first patients came on foot over the hill.",
    "A surgeon from the partner hospital in Lyon stays for three weeks at a time and teaches two local colleagues.",
    "Equipment arrives by boat, which is slow in the rainy season, so spare parts are ordered half a year ahead.",
    "The district pays the nurses, the association pays for the medicine, and patients pay what they can afford.",
)


def make_outline(html: str) -> Outline:
    body = parse(html.encode()).body
    assert body is not None
    return outline(body)


def texts(html: str) -> list[str]:
    tree = make_outline(html)
    return boilerplate.paragraphs(tree, boilerplate.main_text(tree))


def article(extra: str = "") -> str:
    return "<main><h1>A clinic on the hill</h1>" + "".join(f"<p>{text}</p>" for text in TEXT) + extra + "</main>"


# ── Names ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("names", "hint"),
    [
        ("relatedPosts_box2", Meaning.FURNITURE),
        ("read-more", Meaning.FURNITURE),
        ("readmore", Meaning.FURNITURE),
        ("tin-lien-quan", Meaning.FURNITURE),
        ("kbwscwl-relatedbox", Meaning.FURNITURE),
        ("comment-list", Meaning.COMMENTS),
        ("article__byline", Meaning.META),
        ("PhotoCMS_Caption", Meaning.CAPTION),
        ("article-body", Meaning.BODY),
        ("detail-sapo", Meaning.LEAD),
        ("entry-title", Meaning.TITLE),
        ("audio-player", Meaning.HEARSAY),
        ("tag-list", Meaning.SCRAPS),
    ],
)
def test_what_a_name_says(names: str, hint: int) -> None:
    assert meaning_of(names) & hint


@pytest.mark.parametrize(
    "names", ["shadow", "download", "header-wide", "loading", "adventure", "css-1k075w5 e2odqo13", ""]
)
def test_what_a_name_does_not_say(names: str) -> None:
    assert not meaning_of(names) & (Meaning.FURNITURE | Meaning.COMMENTS | Meaning.HEARSAY | Meaning.SCRAPS)


def test_what_is_of_an_entry_is_not_its_text() -> None:
    for names in ("entry-author-description author-bio", "entry-share", "hentry-related"):
        assert meaning_of(names) & (Meaning.FURNITURE | Meaning.BODY) == Meaning.FURNITURE
    assert meaning_of("entry-content-share") & Meaning.BODY


# ── Boxes and blocks ───────────────────────────────────────────────────────────────────────────────────────


def test_inline_markup_disappears_into_its_block() -> None:
    tree = make_outline('<p>One <b>two</b> <a href="/x">three</a><br>four<br><br>five</p>')
    assert [block.text for block in tree.blocks] == ["One two three four", "five"]
    assert 0 < tree.blocks[0].links <= len("three")


def test_a_box_bounds_its_blocks() -> None:
    tree = make_outline("<div><p>a</p><p>b</p></div><p>c</p>")
    assert [(box.tag, box.first, box.end) for box in tree.boxes] == [
        ("body", 0, 3),
        ("div", 0, 2),
        ("p", 0, 1),
        ("p", 1, 2),
        ("p", 2, 3),
    ]


def test_what_is_no_text_is_not_read() -> None:
    assert (
        make_outline(
            "<script>var a</script><style>p{}</style><template><p>t</p></template><!-- c --><button>b</button>"
        ).blocks
        == []
    )


# ── Furniture ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_believable_name_is_believed_and_an_unbelievable_one_is_not() -> None:
    box = f'<div class="newsletter"><p>{TEXT[0]} Every Monday in your letter box, with nothing to pay.</p></div>'
    assert texts(article(box)) == list(TEXT)
    assert texts(f'<div class="newsletter">{article()}</div>') == list(TEXT)


def test_many_boxes_of_one_name_that_hold_the_text_are_not_furniture() -> None:
    boxes = "".join(f'<div class="content-nav-section"><p>{text}</p></div>' for text in TEXT)
    assert texts(f"<main><h1>A clinic</h1>{boxes}</main>") == list(TEXT)


def test_comments_longer_than_the_article_are_still_comments() -> None:
    comments = "".join(f"<li><p>{text} I was there and can tell you more of it. {text}</p></li>" for text in TEXT * 3)
    assert texts(article(f'<ul class="comments">{comments}</ul>')) == list(TEXT)


def test_a_cookie_notice_without_a_name_is_left_out() -> None:
    notice = "<div><p>We use cookies to measure how this website is read, and you can change your cookie settings at any time.</p></div>"
    assert texts(notice + article()) == list(TEXT)


def test_another_article_beside_the_one_with_the_headline_is_another_story() -> None:
    long = " ".join(TEXT)
    others = "".join(
        f'<article><h2><a href="/{n}">Another story, number {n}</a></h2><p>{long}</p></article>' for n in range(3)
    )
    page = f"<main><article><h1>A clinic</h1>{''.join(f'<p>{t}</p>' for t in TEXT)}</article>{others}</main>"
    assert texts(page) == list(TEXT)


def test_cards_that_an_article_presents_stay_in_it() -> None:
    cards = "".join(
        f'<div class="x"><h3><a href="/{n}">Model {n} of the pump</a></h3><p>It runs for {n} hours.</p></div>'
        for n in (7, 8, 9)
    )
    page = f"<main><h1>Pumps</h1><p>{TEXT[0]} {TEXT[1]}</p><p>{TEXT[2]}</p>{cards}<p>{TEXT[3]} {TEXT[1]}</p></main>"
    assert "It runs for 8 hours." in texts(page)


def test_a_list_of_headlines_goes_and_a_list_of_things_stays() -> None:
    things = '<ul><li><a href="/a">Oxygen pumps</a></li><li><a href="/b">Bed linen</a></li></ul>'
    news = (
        "<ul>"
        + "".join(
            f'<li><a href="/{n}">Minister opens the {n}th clinic of the district this year</a></li>' for n in (4, 5)
        )
        + "</ul>"
    )
    found = texts(f"<main><h1>A</h1><p>{TEXT[0]}</p>{things}<p>{TEXT[1]}</p>{news}<p>{TEXT[2]}</p></main>")
    assert found == [TEXT[0], "Oxygen pumps", "Bed linen", TEXT[1], TEXT[2]]


def test_a_heading_with_nothing_under_it_is_left_out() -> None:
    assert texts(article("<h2>Sponsors of the year</h2>")) == list(TEXT)


def test_a_writers_introduction_at_the_end_is_left_out() -> None:
    assert texts(article("<p>Jane Doe is a freelance reporter based in Hue, where she covers health.</p>")) == list(
        TEXT
    )


@pytest.mark.parametrize(
    "end",
    [
        "<p>If you liked this story, please consider sharing it with a friend of yours.</p>",
        "<p>This page is for general informational purposes only and is no medical advice.</p>",
        "<p>Start your free trial and see what our calendar does for clinics like yours.</p>",
        "<p>Get the harbour letter delivered straight to your door on the first of the month.</p>",
        "<h2>You may be interested in the following topics as well:</h2><p>The long read about boats.</p>",
        "<h3>Add a comment</h3><p>Comments are read by an editor before they appear, which may take until the evening of the day.</p>"
        "<p>Your name is shown beside it, and nothing else of what you tell us when you write one of them.</p>",
        "<div class='form-done'>Thank you! Please check your inbox for a message from us now.</div>",
    ],
)
def test_invitations_and_comments_at_the_end_are_left_out(end: str) -> None:
    assert texts(article(end)) == list(TEXT)


def test_a_linked_sentence_among_paragraphs_is_one_of_them() -> None:
    sentence = "The association has told its members what the first winter on the hill had cost."
    linked = f'<p><a href="/report">{sentence}</a></p>'
    headline = '<p><a href="/other">Harbour museum opens its doors to the public after eleven years of repairs</a></p>'
    assert texts(article(linked + headline)) == [*TEXT, sentence]
    cards = "".join(f'<div class="box{n}"><p><a href="/{n}">{sentence} {n}.</a></p></div>' for n in range(3))
    assert texts(article(cards)) == list(TEXT)


def test_the_text_behind_a_table_of_contents_is_read() -> None:
    contents = '<div><h2>Table of contents</h2><ul><li><a href="#a">Boats</a></li><li><a href="#b">Roads</a></li></ul>'
    said = "Boats carry what the road cannot, and the harbour master keeps a list of who has waited longest for one."
    assert texts(article(f"{contents}<p>{said}</p></div>")) == [*TEXT, said]


def test_comments_in_the_middle_of_an_article_do_not_end_it() -> None:
    page = f"<main><h1>Ý kiến</h1><p>{TEXT[0]}</p><h2>3 comments</h2><p>{TEXT[1]}</p><p>{TEXT[2]}</p></main>"
    assert texts(page)[-1] == TEXT[2]


def test_an_empty_page_has_no_text() -> None:
    assert texts("<div></div>") == []


# ── Text repair ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  a\u00a0\u00a0b\n c ", "a b c"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("Vie\u0323\u0302t", "Việt"),
        ("B&amp;#7897; Y t&amp;#7871;".replace("&amp;", "&"), "Bộ Y tế"),
        ("Ðào", "Đào"),
        ("Đaò, hoà, hòa", "Đaò, hoà, hòa"),
        ("Vietnamhas grabbed", "Vietnamhas grabbed"),
        ("AT&T & Co", "AT&T & Co"),
        ("Mіnіstrу of Hеаlth", "Ministry of Health"),  # with Cyrillic look-alikes
        ("Минздрав и Pfizer", "Минздрав и Pfizer"),
    ],
)
def test_clean(raw: str, clean: str) -> None:
    assert repair.clean(raw) == clean


def test_mojibake_is_mended_and_a_quotation_of_it_is_not() -> None:
    text = "Bộ Y tế tiếp Đại sứ Liên bang Nga – “hợp tác”"
    assert repair.mended(text.encode().decode("latin-1")) == text
    assert repair.mended(text.encode().decode("cp1252", "ignore")) != text  # bytes were lost: not to be guessed
    quoted = "The mark Ã© shows up where é was meant, which is common."
    assert repair.mended(quoted) == quoted


def test_mojibake_of_control_characters_is_seen_in_the_page() -> None:
    text = "<p>Bác sĩ ở Huế nói: “chúng tôi cần thêm máy thở” – và đợi.</p>"
    broken = text.encode().decode("latin-1").encode()
    assert repair.is_broken_page(broken)
    assert repair.mended(broken.decode()) == text
    assert not repair.is_broken_page(text.encode())


def test_windows_1258_is_read_and_composed() -> None:
    page = '<meta charset="windows-1258"><p>Việt Nam hợp tác</p>'
    body = page.replace("ệ", "e\u0323\u0302").replace("ợ", "ơ\u0323")
    encoded = body.replace("e\u0323\u0302", "ê\u0323").encode("cp1258")
    assert repair.clean(repair.utf8(encoded).decode()).count("Việt Nam hợp tác") == 1
