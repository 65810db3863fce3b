"""Full text with and without diacritics, on SQLite and on PostgreSQL."""

import random

import pytest
from make_archive import make_document, make_page, make_searched

from storage.errors import TookTooLong
from storage.store import Store
from storage.story_filter import EVERYTHING, StoryFilter


@pytest.fixture
def searched(store: Store) -> Store:
    return make_searched(store)


FOUND: list[tuple[str, list[int], list[int]]] = [
    ("dai su", [2, 1], [2, 1]),
    ("Đại sứ", [2, 1], [1, 2]),
    ("ĐẠI SỨ", [2, 1], [1, 2]),
    ("sứ đại", [2, 1], [1, 2]),
    ('"sứ đại"', [], []),
    ('"đại sứ" nga', [2, 1], [1, 2]),
    ("“đại sứ” «y tế»", [2, 1], [1, 2]),
    ("đài", [3, 2, 1], [3, 2, 1]),
    ("hòa bình khỏe", [4], [4]),
    ("hoà bình", [4], [4]),
    ("vắc-xin", [3], [3]),
    ("covid-19", [3], [3]),
    ("covid 19", [3], [3]),
    ("sante cooperation", [5], [5]),
    ("bệnh viện", [], []),
]  # query, newest first, exact first


def test_search_with_and_without_diacritics(searched: Store) -> None:
    with searched.read() as archive:
        for query, newest, exact_first in FOUND:
            assert [hit.page_id for hit in archive.search.search(query, 10)] == newest, query
            hits = archive.search.search(query, 10, exact_first=True)
            assert [hit.page_id for hit in hits] == exact_first, query


@pytest.mark.parametrize("first", [False, True])
def test_search_is_paged(searched: Store, first: bool) -> None:
    with searched.read() as archive:
        everything = archive.search.search("đại", 10, exact_first=first)
        assert [hit.page_id for hit in everything] == ([1, 3, 2] if first else [3, 2, 1])
        paged = []
        hits = archive.search.search("đại", 1, exact_first=first)
        while hits:
            paged += hits
            hits = archive.search.search("đại", 1, before=hits[-1], exact_first=first)
        assert paged == everything


def test_search_among_stories(searched: Store) -> None:
    with searched.read() as archive:
        assert archive.search.search("sante", 10, relevant_only=True) == []
        assert archive.search.search("sante", 10, filter=EVERYTHING)[0].story_id == 5
        assert [hit.page_id for hit in archive.search.search("nga", 10, filter=StoryFilter(partners=("FR",)))] == []


def test_search_finds_what_a_page_says_now(searched: Store) -> None:
    with searched.write() as archive:
        for title in ("Thổ Nhĩ Kỳ", "Bệnh viện dã chiến"):
            archive.search.index(1, make_document(title, lead="Lời dẫn", paragraphs=("Đoạn một", "Đoạn hai")))
    with searched.read() as archive:
        assert [hit.page_id for hit in archive.search.search("da chien doan hai", 10)] == [1]
        assert [hit.page_id for hit in archive.search.search("đại sứ", 10)] == [2]
        assert archive.search.search("Thổ Nhĩ Kỳ", 10) == []


SIGNS = (
    '" \' \'\' "" * ^ - + ( ) { } : NEAR(a,b) AND OR NOT a:b exact: {exact}:a ^a a* -a "a a" ) OR 1=1 -- ; % _'
    ' \\ \x00 & | ! <-> :* \'🙂 ộ \u0301 \u0e01\u0e34 \ud800 “ ” « nga" AND "su rowid:1 search_index MATCH a\'b"c'
)


def test_nothing_a_user_writes_is_a_syntax_error(searched: Store) -> None:
    queries = ["", " ", *SIGNS.split(" "), SIGNS, "a " * 5000, "x" * 5000, '"' * 99]
    with searched.read() as archive:
        for query in queries:
            for first in (False, True):
                assert isinstance(archive.search.search(query, 10, exact_first=first), list), query


def test_a_very_long_text_can_be_indexed(store: Store) -> None:
    chance = random.Random(1)
    words = [chance.randbytes(6).hex() for _ in range(60_000)]
    with store.write() as archive:
        page = make_page(archive)
        assert page.id is not None
        archive.search.index(page.id, make_document("t", paragraphs=(" ".join(words), "y" * 9000)))
        assert len(archive.search.search(words[100], 10)) == 1


def test_a_question_without_end_is_ended(store: Store) -> None:
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        if store.place.endswith(".db")
        else "SELECT pg_sleep(30)"
    )
    with pytest.raises(TookTooLong, match="took too long"), store.read(0.2) as archive:
        archive._connection.exec_driver_sql(endless)
    with store.read() as archive:  # the connection is as good as before
        assert archive.search.search("gì đó", 5) == []
