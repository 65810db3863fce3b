"""Which feeds there are."""

from pathlib import Path

import pytest

from feeds.spec import SpecError, automatic, load_specs, of_language, of_partner, of_slug, with_configured

FILE = """
[[feed]]
slug = "vaccines"
title = "Vaccines"
partners = ["DE", "FR"]
themes = ["vaccine"]
size = 20
content = "full"
"""


def test_one_feed_a_partner_and_one_a_language() -> None:
    specs = automatic({"WHO": 4, "RU": 2, "FR": 9}, {"vi": 3, "en": 1})
    assert [spec.slug for spec in specs] == [
        "health-cooperation", "partner-fr", "partner-ru", "partner-who", "language-en", "language-vi",
    ]  # fmt: skip
    assert specs[2].filter.partners == ("RU",)
    assert specs[2].title == "Health cooperation: Russia / Nga"
    assert specs[5].filter.languages == ("vi",)
    assert specs[5].language == "vi"


def test_names_come_in_english_and_vietnamese() -> None:
    assert "Norway / Na Uy" in of_partner("NO").title
    assert "Japan / Nhật Bản" in of_partner("JP").title
    assert of_partner("WHO").title == "Health cooperation: World Health Organization / Tổ chức Y tế thế giới"
    assert "French" in of_language("fr").title


def test_terms_that_give_no_slug_give_no_feed() -> None:
    assert [spec.slug for spec in automatic(["../..", ""], ["not a language"])] == ["health-cooperation"]


@pytest.mark.parametrize(
    ("slug", "known"),
    [("health-cooperation", True), ("partner-ru", True), ("partner-who", True), ("language-vi", True)]
    + [
        (s, False)
        for s in ("partner-", "partner-zz", "partner-RU", "language-xx", "language", "nonsense", "partner-../x")
    ],
)
def test_automatic_feeds_are_known_before_their_first_story(slug: str, known: bool) -> None:
    spec = of_slug(slug)
    assert (spec is not None) == known
    assert spec is None or spec.slug == slug


def test_a_file_of_feeds(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text(FILE)
    (spec,) = load_specs(path)
    assert (spec.slug, spec.size, spec.content, spec.description) == ("vaccines", 20, "full", "Vaccines")
    assert spec.filter.partners == ("DE", "FR")
    assert spec.filter.themes == ("vaccine",)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('slug = "vaccines"', 'slug = "../x"'), "feed 1: slug: lower-case"),
        (('slug = "vaccines"', ""), "feed 1: slug: is missing"),
        (("size = 20", "size = 0"), "size: 1 to 1000"),
        (("size = 20", 'size = "many"'), "size: a whole number"),
        (("size = 20", "size = true"), "size: a whole number"),
        (('content = "full"', 'content = "all"'), "content: lead or full"),
        (('themes = ["vaccine"]', 'themes = "vaccine"'), "themes: a list of texts"),
        (('themes = ["vaccine"]', 'topics = ["vaccine"]'), "topics: no such key; allowed are slug"),
        (("[[feed]]", "[[feeds]]"), "feeds: only"),
        (("[[feed]]", "[feed"), "not valid TOML"),
        (("\n[[feed]]", FILE + "\n[[feed]]"), "feed 2: slug: vaccines is there twice"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text(FILE.replace(*change))
    with pytest.raises(SpecError) as caught:
        load_specs(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot be read: No such file"):
        load_specs(tmp_path / "none.toml")


def test_a_configured_feed_replaces_the_automatic_one() -> None:
    own = of_partner("RU", size=7)
    merged = with_configured(automatic(["RU", "FR"], []), [own, of_partner("NO", size=3)])
    assert [(spec.slug, spec.size) for spec in merged] == [
        ("health-cooperation", 100), ("partner-fr", 100), ("partner-ru", 7), ("partner-no", 3),
    ]  # fmt: skip
