"""SQL from outside: answered where it reads, refused where it does anything else."""

import resource

import pytest
from make_archive import make_searched

from storage.errors import QueryRefused
from storage.store import Store


@pytest.fixture
def searched(store: Store) -> Store:
    return make_searched(store)


def test_query_answers_in_columns_and_rows(searched: Store) -> None:
    with searched.read() as archive:
        columns, rows = archive.query("SELECT id, title FROM revisions WHERE page_id < 3 ORDER BY id")
        assert columns == ("id", "title")
        assert rows == [(1, "Bộ trưởng Y tế tiếp Đại sứ Nga"), (2, "Bo truong Y te tiep dai su Nga")]
        assert archive.query("WITH t AS (SELECT 1 AS n) SELECT n FROM t").rows == [(1,)]
        assert archive.query("SELECT title FROM revisions WHERE title LIKE 'Bo%'").rows != []


FOREVER = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"


REFUSED = [
    "DELETE FROM pages",
    "UPDATE stories SET relevant = NULL",
    "INSERT INTO labels VALUES (1)",
    "DROP TABLE captures",
    "CREATE TABLE x (y INTEGER)",
    "CREATE TEMP TABLE x AS SELECT 1",
    "ATTACH 'other.db' AS other",
    "PRAGMA journal_mode = DELETE",
    "VACUUM INTO 'copy.db'",
    "SELECT load_extension('x')",
    "COPY pages TO PROGRAM 'true'",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "COMMIT",
    "SELECT 1; DELETE FROM pages",
    "WITH gone AS (DELETE FROM pages RETURNING id) SELECT * FROM gone",
    "SELECT nextval('labels_id_seq')",
    "SELECT * FROM no_such_table",
    "SELEC",
    "",
    "SELECT '\x00'",
]


def test_query_refuses_everything_else(searched: Store) -> None:
    with searched.read() as archive:
        for sql in REFUSED:
            with pytest.raises(QueryRefused) as refused:
                archive.query(sql)
            assert "\n" not in str(refused.value), sql
            assert archive.query("SELECT count(*) FROM pages").rows == [(5,)], sql


def test_query_is_bounded(searched: Store) -> None:
    with searched.read() as archive:
        with pytest.raises(QueryRefused, match=r"more than 0.2 seconds"):
            archive.query(FOREVER, seconds=0.2)
        with pytest.raises(QueryRefused, match="more than 3 rows"):
            archive.query("SELECT id FROM pages", max_rows=3)
        assert len(archive.query("SELECT id FROM pages", max_rows=5).rows) == 5


# what a query may take: blobs of a recursion, one value, an answer of values that are each allowed
GREEDY = {
    "sqlite": [
        "WITH RECURSIVE t(x, n) AS (SELECT zeroblob(10000000), 1 UNION ALL SELECT zeroblob(10000000), n + 1 FROM t "
        "WHERE n < 600) SELECT count(*) FROM (SELECT x FROM t ORDER BY x)",
        "SELECT zeroblob(100000000)",
        "WITH RECURSIVE t(x, n) AS (SELECT zeroblob(10000000), 1 UNION ALL SELECT zeroblob(10000000), n + 1 FROM t "
        "WHERE n < 600) SELECT x FROM t",
    ],
    "postgresql": ["SELECT repeat('x', 10000000) FROM generate_series(1, 600)"],
}


def test_query_is_bounded_in_memory(searched: Store, store_url: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with searched.read() as archive:
        for sql in GREEDY[store_url.partition(":")[0].partition("+")[0]]:
            with pytest.raises(QueryRefused, match=r"MiB|too big|seconds"):
                archive.query(sql, seconds=5)
        assert archive.query("SELECT count(*) FROM pages").rows == [(5,)]
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 2 * 2**30
