"""A story's page, the API and the command say where it stands in the same words."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html
from make_feeds import NOW, SITE, make_store, make_telling, make_verdict, make_view
from starlette.testclient import TestClient

from feeds.standing import State, standing
from feeds.web import create_app
from pipeline.commands.archive import reasons
from pipeline.config import Settings
from storage.records import NO_LANGUAGE, Evidence, PageState, StoryView

REJECTED = make_verdict(relevant=False, score=0.004, partners=(), gloss="")
LEFT_OUT = replace(make_view(2, verdict=REJECTED), story=replace(make_view(2).story, entered_at=None))
WITHDRAWN = make_view(3, verdict=replace(REJECTED, decided_by="Lan"), withdrawn_at=NOW + timedelta(days=1))


def _missing(state: PageState) -> StoryView:
    told = make_telling(4)
    return make_view(4, link=replace(told, page=replace(told.page, state=state, missing_since=NOW)))


@pytest.mark.parametrize(
    ("view", "state", "sentence"),
    [
        (
            make_view(1),
            State.IN_FEEDS,
            "In the feeds because: Meeting with Norway on training "
            "(93 % likely to be international health cooperation).",
        ),
        (
            LEFT_OUT,
            State.LEFT_OUT,
            "Left out because it is less than 1 % likely to be international health cooperation.",
        ),
        (
            WITHDRAWN,
            State.WITHDRAWN,
            "Withdrawn since 21 Nov 2026, 15:00 (UTC+7): judged again, Lan judged that it is not international "
            "health cooperation.",
        ),
    ],
)
def test_page_api_and_command_say_the_same(view: StoryView, state: State, sentence: str, tmp_path: Path) -> None:
    assert (standing(view, SITE).state, standing(view, SITE).sentence) == (state, sentence)
    assert reasons(view, Settings())[0] == sentence
    with make_store(tmp_path, [view]) as store:
        client = TestClient(create_app(store, SITE))
        text = html.fromstring(client.get(f"/stories/{view.story.uid}").content).text_content()
        told = client.get(f"/api/stories/{view.story.uid}").json()
    assert sentence in text
    assert f"Why it is {state}" in text
    assert "Why it is here" not in text
    assert (told["state"], told["standing"], told["page_missing"]) == (str(state), sentence, None)


@pytest.mark.parametrize(("state", "said"), [(PageState.SUSPECTED_GONE, "suspected gone"), (PageState.GONE, "gone")])
def test_a_page_that_is_missing_is_said_everywhere(state: PageState, said: str, tmp_path: Path) -> None:
    view = _missing(state)
    sentence = f"Its page at Cổng thông tin điện tử Bộ Y tế is {said} since 20 Nov 2026, 15:00 (UTC+7)."
    assert reasons(view, Settings())[1] == sentence
    with make_store(tmp_path, [view]) as store:
        client = TestClient(create_app(store, SITE))
        assert sentence in client.get(f"/stories/{view.story.uid}").text
        assert client.get(f"/api/stories/{view.story.uid}").json()["page_missing"] == sentence


def test_a_language_that_is_not_read_is_the_reason() -> None:
    unread = Evidence(phrase="tr", place="text", kind=NO_LANGUAGE, weight=0.0)
    view = replace(LEFT_OUT, verdict=replace(REJECTED, evidence=(unread,)))
    assert standing(view, SITE).sentence == "Left out because it is written in a language that is not read (tr)."


def test_versions_and_weights_stand_behind_a_fold_and_codes_have_names(tmp_path: Path) -> None:
    evidence = (
        Evidence(phrase="Hoa Kỳ", place="title", kind="country: US", weight=1.0),
        Evidence(phrase="", place="text", kind="prior", weight=-2.0),
    )
    with make_store(tmp_path, [make_view(1, verdict=make_verdict(evidence=evidence, weights_version="adf0"))]) as store:
        page = html.fromstring(TestClient(create_app(store, SITE)).get(f"/stories/{1:020x}").content)
    (fold,) = page.xpath("//details")
    assert "adf0" in fold.text_content()
    assert "the text as a whole" in fold.text_content()
    assert not fold.get("open")
    fold.getparent().remove(fold)
    assert not [word for word in ("adf0", "the text as a whole", "country: US") if word in page.text_content()]
    assert "country: United States" in page.text_content()
