from pipeline.relevance.lexicon import load
from storage.partners import is_country, organisations, partner_code, partner_name, slug_of


def test_every_organisation_that_a_verdict_can_name_has_names_and_an_address() -> None:
    named = {
        group.value for terms in load().terms.values() for term in terms if (group := term.group).kind == "organisation"
    }
    assert named <= set(organisations())


def test_the_table_names_each_in_three_languages_and_under_an_address_of_its_own() -> None:
    table = organisations()
    assert all({"en", "vi", "fr"} <= set(names) for names in table.values())
    assert all(is_country(names["country"]) for names in table.values() if "country" in names)
    assert len({slug_of(code) for code in table}) == len(table)
    assert not any(is_country(code) for code in table)


def test_a_code_is_found_in_any_case_and_by_its_slug() -> None:
    assert [partner_code(text) for text in ("kfw", "KFW", "us-cdc", "world bank", "ru", "Ru")] == [
        "KfW", "KfW", "US CDC", "World Bank", "RU", "RU",
    ]  # fmt: skip
    assert [partner_code(text) for text in ("", "atlantis", "eu-rope", "ZZ", "\ud800")] == [None] * 5


def test_names_fall_back_to_english_and_then_to_the_code() -> None:
    assert partner_name("WHO", "ru") == "World Health Organization"
    assert partner_name("JP", "ru") == "Япония"
    assert partner_name("Quỹ X", "vi") == "Quỹ X"
