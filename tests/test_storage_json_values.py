"""Records as plain JSON values and back."""

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from storage.json_values import from_plain, to_plain
from storage.records import Change, ChangeKind, Document, Evidence, Image, Precision, Timestamp, Verdict

zones = st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=-9, minutes=-30))])
moments = st.datetimes(timezones=zones)
words = st.text(max_size=20)
optional = st.none() | words
texts = st.lists(words, max_size=3).map(tuple)
numbers = st.floats(allow_nan=False, allow_infinity=False)
timestamps = st.builds(Timestamp, at=moments, precision=st.sampled_from(Precision), zone_assumed=st.booleans())
documents = st.builds(
    Document,
    title=words,
    lead=optional,
    paragraphs=texts,
    captions=texts,
    published=st.none() | timestamps,
    modified=st.none() | timestamps,
    byline=optional,
    tags=texts,
    image=st.none() | st.builds(Image, url=words, caption=optional, credit=optional),
    reader=words,
    confidence=numbers,
    doubts=texts,
)
verdicts = st.builds(
    Verdict,
    relevant=st.booleans(),
    score=numbers,
    evidence=st.lists(st.builds(Evidence, phrase=words, place=words, kind=words, weight=numbers), max_size=3).map(
        tuple
    ),
    partners=texts,
    act=optional,
    lexicon_version=words,
    weights_version=words,
    judged_at=st.none() | moments,
)


@given(documents)
def test_documents_survive_json(document: Document) -> None:
    assert from_plain(Document, json.loads(json.dumps(to_plain(document)))) == document


@given(verdicts)
def test_verdicts_survive_json(verdict: Verdict) -> None:
    assert from_plain(Verdict, json.loads(json.dumps(to_plain(verdict)))) == verdict


def test_what_has_its_default_is_left_out() -> None:
    assert to_plain(Change(kind=ChangeKind.NEW)) == {"kind": "new"}
    assert to_plain(Change(kind=ChangeKind.EDITED, parts=("title",), reason="")) == {
        "kind": "edited",
        "parts": ["title"],
    }


def test_a_field_of_another_version_is_left_out() -> None:
    assert from_plain(Change, {"kind": "new", "unheard of": 1}) == Change(kind=ChangeKind.NEW)


def test_a_whole_number_becomes_the_fraction_the_record_wants() -> None:
    read = from_plain(Evidence, {"phrase": "p", "place": "title", "kind": "act", "weight": 2})
    assert isinstance(read.weight, float)


def test_moments_keep_their_zone() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=7)))
    stamp = Timestamp(at=at, precision=Precision.SECOND, zone_assumed=True)
    assert to_plain(stamp)["at"] == "2026-01-02T03:04:05+07:00"
    assert from_plain(Timestamp, to_plain(stamp)).at.utcoffset() == timedelta(hours=7)


def test_the_stored_form_of_a_document_is_this_one() -> None:
    """Archives hold it: a change here needs a migration."""
    document = Document(
        title="Tiếp đại sứ",
        lead="Chiều 12/3.",
        paragraphs=("Một.", "Hai."),
        captions=("Ảnh.",),
        published=Timestamp(
            at=datetime(2026, 3, 12, 8, 30, tzinfo=timezone(timedelta(hours=7))),
            precision=Precision.MINUTE,
            zone_assumed=True,
        ),
        modified=Timestamp(at=datetime(2026, 3, 12, 2, tzinfo=UTC), precision=Precision.DAY, zone_assumed=False),
        image=Image(url="https://example.org/a.jpg", credit="TTXVN"),
        language="vi",
        reader="epi/2023",
        confidence=0.9,
        doubts=("no date",),
    )
    assert to_plain(document) == {
        "title": "Tiếp đại sứ",
        "lead": "Chiều 12/3.",
        "paragraphs": ["Một.", "Hai."],
        "captions": ["Ảnh."],
        "published": {"at": "2026-03-12T08:30:00+07:00", "precision": "minute", "zone_assumed": True},
        "modified": {"at": "2026-03-12T02:00:00Z", "precision": "day", "zone_assumed": False},
        "image": {"url": "https://example.org/a.jpg", "credit": "TTXVN"},
        "language": "vi",
        "reader": "epi/2023",
        "confidence": 0.9,
        "doubts": ["no date"],
    }


def test_half_a_letter_survives() -> None:
    document = Document(title="\ud800 \x00", reader="r", confidence=1)
    assert from_plain(Document, to_plain(document)) == document
