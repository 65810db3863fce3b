"""The lexicon as data: what a file may say, how a term is written, what a new term changes; the matcher under it."""

from pathlib import Path

import pytest

from pipeline.relevance.lexicon import FOLDER, Lexicon, LexiconError, expand, load
from pipeline.relevance.matcher import Forms, WordTrie, matcher, normalised


def make_folder(tmp_path: Path, content: str) -> Path:
    folder = tmp_path / "lexicon"
    folder.mkdir()
    (folder / "vi-terms.toml").write_text(content, encoding="utf-8")
    return folder


def found(text: str, language: str = "vi") -> list[tuple[str, str]]:
    scan = matcher(language).scan(normalised(text))
    return [(scan.phrase(hit), hit.group.value) for hit in scan.hits]


def test_alternatives_are_written_with_braces() -> None:
    assert list(expand("sign{s,ed,}")) == ["signs", "signed", "sign"]
    assert list(expand("{a,b} x {c,}")) == ["a x c", "a x", "b x c", "b x"]
    assert list(expand("viện trợ")) == ["viện trợ"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('kind = "healht"\n[[group]]\nid = "g"\nvalue = "v"\nterms = []', "kind 'healht'"),
        ('kind = "act"\n[[group]]\nid = "g"\nterms = []', "no value"),
        ('kind = "country"\n[[group]]\nid = "g"\nvalue = "LA"\nguard = "no"\nterms = []', "guard 'no'"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(LexiconError, match=message) as refused:
        load(make_folder(tmp_path, 'language = "vi"\n' + content))
    assert "vi-terms.toml, group 'g'" in str(refused.value)


def test_a_new_term_needs_no_code_and_changes_the_version(tmp_path: Path) -> None:
    text = 'language = "vi"\nkind = "act"\n[[group]]\nid = "g"\nvalue = "donation"\nterms = ["trao gửi"]\n'
    folder = make_folder(tmp_path, text)
    before = load(folder)
    (folder / "vi-terms.toml").write_text(text.replace('"trao gửi"', '"trao gửi", "biếu"'), encoding="utf-8")
    load.cache_clear()
    after = load(folder)
    assert before.version != after.version
    hit = WordTrie(after.terms["vi"], after).scan("Họ biếu thuốc").hits[0]
    assert hit.group.name == "vi-terms.toml#g"
    assert after.sources("Biếu") == ("vi-terms.toml#g",)


def test_every_group_of_the_lexicon_is_complete_and_named_once() -> None:
    lexicon = load(FOLDER)
    groups = {term.group for terms in lexicon.terms.values() for term in terms}
    names = [group.name for group in groups]
    assert len(names) == len(set(names))
    for group in groups:
        assert 0 <= group.strength <= 2
        assert group.kind != "country" or (len(group.value) == 2 and group.value.isupper())
        assert group.country is None or group.country in lexicon.country_names


def test_themes_and_acts_keep_to_their_lists() -> None:
    groups = {term.group for terms in load(FOLDER).terms.values() for term in terms}
    acts = {group.value for group in groups if group.kind == "act"}
    assert acts == {
        "cooperation", "agreement", "donation", "meeting", "training", "mission", "research", "conference", "award",
        "project",
    }  # fmt: skip
    assert len({group.value for group in groups if group.kind == "health"}) <= 20


def test_country_names_of_all_languages_we_read_are_there() -> None:
    for language in ("en", "vi", "fr", "ru", "zh", "es", "pt", "id", "de", "ja", "ko", "th", "lo", "km"):
        codes = {term.group.value for term in load(FOLDER).terms[language] if term.group.kind == "country"}
        assert len(codes) > 190, language


def test_longest_terms_win_and_names_hide_the_country_inside() -> None:
    assert found("Bệnh viện Hữu nghị Việt Đức") == [("Bệnh viện Hữu nghị Việt Đức", "hospital")]
    assert found("viêm não Nhật Bản") == [("viêm não Nhật Bản", "disease")]
    assert found("đô la Mỹ") == []
    assert ("Lào", "LA") not in found("tỉnh Lào Cai")


def test_words_are_whole_words() -> None:
    assert found("thanh niên") == []
    assert ("WHO", "WHO") in found("theo WHO,")
    assert not any(value == "WHO" for _, value in found("the man who came"))


def test_terms_do_not_reach_over_a_full_stop() -> None:
    assert ("y tế", "health system") not in found("Vitamin y. Tế bào")
    assert ("TP. HCM", "province") in found("tại TP. HCM")


def test_phrase_stands_as_in_the_text() -> None:
    assert found("HỢP TÁC quốc tế")[0][0] == "HỢP TÁC quốc tế"
    assert found("hợp\u00a0tác")[0] == ("hợp\u00a0tác", "cooperation")


def test_invisible_characters_and_wrong_letters_are_put_right() -> None:
    assert normalised("V\u200biệt") == "Việt"
    assert normalised("Ðức") == "Đức"
    assert normalised("Vie\u0323\u0302t") == "Việt"


def test_letters_whose_small_form_is_longer_do_not_shift_phrases() -> None:
    assert ("Cuba", "CU") in found("İİİ và Cuba")


def test_inflected_languages_match_by_stem() -> None:
    values = {value for _, value in found("Минздраву Вьетнама передали вакцину", "ru")}
    assert {"VN", "vaccines", "donation"} <= values


def test_one_string_may_name_several_countries() -> None:
    assert {"CN", "JP", "KR"} <= {value for _, value in found("中韓日の代表", "ja")}


def test_an_empty_lexicon_finds_nothing() -> None:
    empty = Lexicon(terms={}, guards={}, country_names={}, version="")
    assert WordTrie((), empty).scan("y tế").hits == ()
    assert Forms((), spaced=True).scan("santé").hits == ()
