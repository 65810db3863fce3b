"""With whom: every country and organisation in every language we read, former names, acronyms, silent own countries."""

import tomllib

import pytest

from pipeline.relevance import explain, judge
from pipeline.relevance.lexicon import FOLDER, expand, load
from pipeline.relevance.text import reading_language

# A headline of health cooperation in each language, the party in a place where it may stand uninflected.
HEADLINES = {
    "vi": "{}: ký thỏa thuận hợp tác y tế, trao tặng vắc xin",
    "en": "{}: health ministry signs agreement on vaccines",
    "fr": "{} : accord de coopération en matière de santé",
    "ru": "{}: подписано соглашение о сотрудничестве в области здравоохранения",
    "zh": "{}：签署医疗合作协议",
    "es": "{}: acuerdo de cooperación en salud",
    "pt": "{}: acordo de cooperação em saúde",
    "id": "{}: penandatanganan kerja sama kesehatan",
    "lo": "{} ເຊັນ ບົດບັນທຶກ ການຮ່ວມມື ດ້ານສາທາລະນະສຸກ",
    "km": "{} ចុះហត្ថលេខា កិច្ចសហប្រតិបត្តិការ សុខាភិបាល",
    "th": "{} ลงนามความร่วมมือด้านสาธารณสุข",
    "ko": "{}, 의료 협력 양해각서 체결",
    "ja": "{}、医療協力の覚書を締結",
    "de": "{}: Abkommen über Zusammenarbeit im Gesundheitswesen",
    "it": "{}: accordo di cooperazione sanitaria",
    "cs": "{}: dohoda o spolupráci ve zdravotnictví",
    "nl": "{}: overeenkomst over samenwerking in de gezondheidszorg",
    "ar": "{}: توقيع اتفاق تعاون في مجال الصحة",
    "pl": "{}: porozumienie o współpracy w ochronie zdrowia",
}
COUNTRIES = tomllib.loads((FOLDER / "cldr-countries.toml").read_text(encoding="utf-8"))
FORMS = tomllib.loads((FOLDER / "country-forms.toml").read_text(encoding="utf-8"))


def named_in(language: str, party: str) -> tuple[str, ...]:
    return judge(title=HEADLINES[language].format(party), language=language).partners


def test_every_language_has_its_countries() -> None:
    assert set(HEADLINES) == set(COUNTRIES)
    assert all(len(countries) > 190 for countries in COUNTRIES.values())


@pytest.mark.parametrize("language", sorted(HEADLINES))
def test_every_country_is_named_in_every_language(language: str) -> None:
    missed = {}
    for code, written in COUNTRIES[language].items():
        name = (written if isinstance(written, str) else written[0]).rstrip("*")
        if code != "VN" and code not in (found := named_in(language, name)):
            missed[name] = found
    assert missed == {}


@pytest.mark.parametrize("language", sorted(FORMS))
def test_every_other_name_of_a_country_is_read_in_every_language(language: str) -> None:
    missed = {}
    for code, patterns in FORMS[language].items():
        for pattern in patterns:
            for form in expand(pattern):
                if code != "VN" and code not in (found := named_in(language, form.replace("*", ""))):
                    missed[form] = found
    assert missed == {}


@pytest.mark.parametrize("language", sorted(HEADLINES))
def test_every_organisation_is_named_in_every_language(language: str) -> None:
    """Names and acronyms stand in all languages; a foreign company alone is no partner."""
    missed = {}
    for term in load().terms["*"]:
        group = term.group
        if group.kind != "organisation" or group.weak or group.value == "NGO":
            continue
        if language in ("vi", "en") and (term.bare or "*" in term.text):
            continue  # forms for scripts without spaces and for languages with endings
        name = term.text.replace("*", "")
        if reading_language(HEADLINES[language].format(name), language) != language:
            continue  # so much of another script makes it a text of another language
        found = named_in(language, name)
        if group.value not in found or (group.country and group.country not in found):
            missed[term.text] = found
    assert missed == {}


@pytest.mark.parametrize(
    ("title", "language", "partner"),
    [
        ("L'OMS et le FNUAP soutiennent la santé maternelle", "fr", {"WHO", "UNFPA"}),
        ("Le PNUD et le CICR remettent des ambulances à l'hôpital", "fr", {"UNDP", "ICRC"}),
        ("ВОЗ и ЮНИСЕФ передали вакцины министерству здравоохранения Таджикистана", "ru", {"WHO", "UNICEF", "TJ"}),
        ("La OPS y la OMS entregan vacunas a Honduras", "es", {"PAHO", "WHO", "HN"}),
        ("Swaziland and Macedonia sign health pact", "en", {"SZ", "MK"}),
        ("Bác sĩ Đông Timor sang Việt Nam học phẫu thuật theo thỏa thuận hợp tác y tế", "vi", {"TL"}),
    ],
)
def test_acronyms_and_former_names(title: str, language: str, partner: set[str]) -> None:
    assert set(judge(title=title, language=language).partners) >= partner


def test_parties_listed_in_the_second_paragraph_are_named() -> None:
    verdict = judge(
        title="Đoàn công tác quốc tế khảo sát tiêm chủng ở Lai Châu",
        lead="Chuyến đi kéo dài ba ngày, đến bốn trạm y tế xã.",
        paragraphs=(
            "Đoàn gồm WHO, UNICEF, UNFPA và JICA, cùng cán bộ Bộ Y tế.",
            "Các bên cam kết hỗ trợ tủ lạnh bảo quản vắc xin.",
        ),
        language="vi",
    )
    assert {"WHO", "UNICEF", "UNFPA", "JICA", "JP"} <= set(verdict.partners)


@pytest.mark.parametrize(
    ("language", "title", "text", "own"),
    [
        ("ko", "캄보디아 어린이병원에 의료장비 기증", "대학병원은 프놈펜 어린이병원에 초음파 장비를 전달했다.", "KR"),
        ("ja", "カンボジアの病院に医療機器を寄贈", "市内の病院の医師団が現地で研修も行う。", "JP"),
        ("th", "โรงพยาบาลมอบเครื่องมือแพทย์ให้กัมพูชา", "แพทย์ร่วมฝึกอบรมที่พนมเปญ", "TH"),
        ("it", "Ospedale dona ambulanze alla Tanzania", "I medici terranno corsi di formazione a Dodoma.", "IT"),
        ("cs", "Nemocnice darovala přístroje Keni", "Lékaři tam školí místní chirurgy v rámci spolupráce.", "CZ"),
    ],
)
def test_the_articles_own_country_is_a_silent_party(language: str, title: str, text: str, own: str) -> None:
    verdict = judge(title=title, lead=text, language=language)
    assert own in verdict.partners
    assert not any("nobody but one foreign country" in e.kind for e in verdict.evidence)


def test_a_language_that_is_not_read_is_said_and_not_scored() -> None:
    for title, language in (
        ("Sağlık Bakanlığı ile hastane arasında iş birliği protokolü imzalandı", "tr"),
        ("Υπογράφηκε μνημόνιο συνεργασίας στον τομέα της υγείας με την Κύπρο", "el"),
        ("भारत और नेपाल ने स्वास्थ्य सहयोग समझौते पर हस्ताक्षर किए", None),
    ):
        verdict = judge(title=title, language=language)
        assert (verdict.relevant, verdict.score) == (False, 0.0)
        assert explain(verdict)[0].startswith("Not judged: written in a language that is not read")
    assert "(tr)" in explain(judge(title="Sağlık Bakanlığı ile hastane arasında protokol imzalandı", language="tr"))[0]


def test_a_wrong_label_of_language_does_not_hurt() -> None:
    title = "Nhật Bản trao tặng Bệnh viện Bạch Mai máy xạ trị trong khuôn khổ hợp tác y tế"
    assert judge(title=title, language="tr").score == judge(title=title, language="vi").score
