"""What a site's pages have in common, on SQLite and on PostgreSQL."""

from datetime import timedelta

from make_archive import NOW

from storage.store import Store


def test_memory_counts_a_block_once_an_article(store: Store) -> None:
    with store.write() as archive:
        assert archive.memory.load("a_vn").blocks == {}
        archive.memory.remember("a_vn", "k1", ["menu", "body1"], NOW)
        archive.memory.remember("a_vn", "k1", ["menu", "body1"], NOW)
        archive.memory.remember("a_vn", "k1", ["menu", "footer"], NOW)
        archive.memory.remember("a_vn", "k2", ["menu", "footer", "body2"], NOW + timedelta(days=9))
        archive.memory.remember("a_vn", "k3", [], NOW + timedelta(days=9))
        archive.memory.remember("b_vn", "k1", ["menu"], NOW)
        memory = archive.memory.load("a_vn")
        assert memory.pages == 3
        assert memory.blocks == {"menu": 2, "footer": 2}
        assert archive.memory.prune("a_vn", NOW + timedelta(days=1)) == 1
        pruned = archive.memory.load("a_vn")
        assert (pruned.pages, pruned.blocks) == (2, memory.blocks)
        assert archive.memory.load("b_vn").pages == 1
