"""The ministry's portal of 2026: pages are empty until scripts run; the texts come as JSON through a bridge.

A list is `POST /bridge?url=/portal/api/lay_bai_viet_theo_danh_muc`, an article `…/layChiTietBaiViet`, both with a
JSON body. Two clients agree on it, and on two ways of writing the keys (`TIEU_DE`, `tieuDe`), which are read as
one. The same article id occurs under several categories, so the id alone (`aid`) is its identity.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import SplitResult, parse_qsl, urljoin
from zoneinfo import ZoneInfo

from spiders.dates import read_timestamp
from spiders.families.family import Family, Fetch, Link, Named
from spiders.families.json_articles import laid_out, loads, objects, page, plain, text_of
from spiders.urls import split

ARTICLE_PAGE = "5803"
PAGE_SIZE = 50
"""Articles asked for at once; no page number is known, so this is how far back a visit sees."""

_BRIDGE = "/bridge?url=/portal/api/"
_JSON = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"}
_digits = re.compile(r"[0-9]{1,12}")


class MohPortal(Family):
    name = "moh_portal"
    layouts: ClassVar = (laid_out("moh_portal/2026"),)

    def native_id(self, url: SplitResult) -> str | None:
        if url.path not in ("", "/", "/index.jsp"):
            return None
        aid = dict(parse_qsl(url.query)).get("aid", "")
        return aid if _digits.fullmatch(aid) else None

    def links(self, text: str, url: str, zone: ZoneInfo) -> list[Link]:
        return self.once(self._items(text, url, zone))

    def _items(self, text: str, url: str, zone: ZoneInfo) -> Iterator[Link]:
        for found in objects(loads(text)):
            group = _plainly(found)
            items = group.get("items")
            if not isinstance(items, list):
                continue
            category, section = text_of(group.get("ma")), text_of(group.get("tenmuc"))
            for item in items:
                if not isinstance(item, dict):
                    continue
                said = _plainly(item)
                aid, title = text_of(said.get("ma")), plain(text_of(said.get("tieude")))
                own = text_of(said.get("madanhmuc")).partition(";")[0]
                if not _digits.fullmatch(aid):
                    continue
                when = text_of(said.get("thoigianxuatban")) or text_of(said.get("thoigianbatdaudang"))
                yield Link(
                    url=urljoin(url, address(aid, category or own)),
                    title=title or None,
                    published=read_timestamp(when, zone),
                    section=section or text_of(said.get("tenmuc")) or None,
                    summary=plain(text_of(said.get("mota"))) or None,
                )

    def unwrap(self, text: str) -> str | None:
        answer = loads(text)
        if answer is None:
            return None
        for found in objects(answer):
            said = _plainly(found)
            title, body = plain(text_of(said.get("tieude"))), text_of(said.get("noidung"))
            if not body or not title:
                continue
            aid, category = text_of(said.get("ma")), text_of(said.get("madanhmuc")).partition(";")[0]
            known = f"https://moh.gov.vn{address(aid, category)}" if _digits.fullmatch(aid) else None
            return page(
                title=title,
                lead=text_of(said.get("mota")),
                body=body,
                published=text_of(said.get("thoigianbatdaudang")) or text_of(said.get("thoigianxuatban")),
                section=text_of(said.get("tenmuc")).partition(";")[0],
                address=known,
                language="vi",
            )
        return None  # a list, or an answer with no article in it

    def listing_request(self, entry: Named) -> Fetch:
        parts = split(entry.url)
        category = dict(parse_qsl(parts.query)).get("cid", "") if parts else ""
        if not category:
            return super().listing_request(entry)
        return _ask(
            entry.url,
            "lay_bai_viet_theo_danh_muc",
            {
                "CHUYEN_TRANG": "BO_YTE",
                "NGON_NGU": "TIENG_VIET",
                "MA_DANH_MUC": category,
                "TYPE": 1,
                "PAGE_SIZE": PAGE_SIZE,
                "ISEXTEND": 1,
            },
        )

    def article_request(self, url: str) -> Fetch:
        parts = split(url)
        asked = dict(parse_qsl(parts.query)) if parts else {}
        aid = asked.get("aid", "")
        if not _digits.fullmatch(aid):
            return super().article_request(url)
        return _ask(url, "layChiTietBaiViet", {"maBaiViet": aid, "maDanhMuc": asked.get("cid", "")})


def address(aid: str, category: str) -> str:
    """The path of the page that a person opens to read an article."""
    tail = f"&cid={category}" if _digits.fullmatch(category) else ""
    return f"/index.jsp?pageId={ARTICLE_PAGE}&aid={aid}{tail}"


def _ask(url: str, what: str, body: Mapping[str, str | int]) -> Fetch:
    return Fetch(url=urljoin(url, _BRIDGE + what), method="POST", body=json.dumps(body).encode(), headers=_JSON)


def _plainly(found: Mapping[str, Any]) -> dict[str, Any]:
    """An answer's keys in one way of writing: `TIEU_DE` and `tieuDe` are both `tieude`."""
    return {key.replace("_", "").lower(): value for key, value in found.items()}
