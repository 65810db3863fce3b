"""Settings that would do nothing without a word are named."""

from pathlib import Path

import pytest

from feeds.spec import SpecError, load_specs
from pipeline.config import ConfigError, Settings, load_settings
from pipeline.relevance import acts, themes
from pipeline.service.doctor import contact
from pipeline.site import configured_feeds, site_of


def _settings(tmp_path: Path, line: str) -> Settings:
    (tmp_path / "feeds.toml").write_text(f'[[feed]]\nslug = "mine"\ntitle = "Mine"\n{line}\n', "utf-8")
    return load_settings(flags={"feeds_file": tmp_path / "feeds.toml"})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('themes = ["vaccins"]', "mine: themes: there is no 'vaccins'; there are HIV, TB, malaria; cancer"),
        ('themes = ["care"]', "mine: themes: there is no 'care'"),
        ('acts = ["dinner"]', "mine: acts: there is no 'dinner'; there are agreement; award"),
        ('partners = ["ru"]', "mine: partners: there is no 'ru'; write 'RU'"),
        ('partners = ["Atlantis"]', "mine: partners: there is no 'Atlantis'; an ISO country code"),
        ('languages = ["xx"]', "mine: languages: there is no 'xx'"),
    ],
)
def test_a_feed_of_what_no_story_has_is_refused(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(SpecError) as refused:
        configured_feeds(_settings(tmp_path, line))
    assert str(refused.value).startswith(f"{tmp_path / 'feeds.toml'}: {said}")


def test_a_feed_of_known_terms_is_taken(tmp_path: Path) -> None:
    line = 'themes = ["vaccines"]\nacts = ["donation"]\npartners = ["RU", "World Bank"]\nlanguages = ["vi"]'
    assert [spec.slug for spec in configured_feeds(_settings(tmp_path, line))] == ["mine"]


def test_the_example_asks_for_what_there_is() -> None:
    example = Path(__file__).parent.parent / "examples" / "feeds.toml"
    assert len(configured_feeds(load_settings(flags={"feeds_file": example}))) == len(load_specs(example)) == 2
    assert {"vaccines", "cancer"} <= themes()
    assert {"donation", "agreement"} <= acts()


def test_a_feeds_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"feeds_file: .*nothing\.toml"):
        load_settings(flags={"feeds_file": tmp_path / "nothing.toml"})


@pytest.mark.parametrize(
    ("given", "well"),
    [
        ("", False),
        ("https://your.site/about-this-crawler", False),
        ("https://news.example.org/about-the-crawler", False),
        ("me@example.com", False),
        ("someone@health.invalid", False),
        ("http://localhost/about", False),
        ("lan@benhvien.vn", True),
        ("https://yoursite.vn/about", True),
        ("https://examples.org/", True),
    ],
)
def test_a_placeholder_is_no_contact(given: str, well: bool) -> None:
    assert contact(given).well is well


def test_a_hub_is_named_in_the_feeds_and_a_wrong_one_is_refused() -> None:
    assert site_of(load_settings(flags={"hub": "https://hub.example.org/"})).hub == "https://hub.example.org/"
    with pytest.raises(ConfigError, match="hub: the hub's address must begin with http"):
        load_settings(flags={"hub": "hub"})
