"""The judgement as others use it: families of borderline cases, partners, evidence, explanation, gloss."""

import re
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.relevance import explain, gloss, judge, judge_text, lexicon_terms
from storage.records import Evidence, Verdict

RELEVANT = {
    "ministry and envoy": (
        "Thứ trưởng Bộ Y tế tiếp Đại sứ Hà Lan bàn hợp tác về ung bướu",
        "Hai bên thống nhất cử bác sĩ sang Amsterdam đào tạo. Đại sứ Hà Lan cam kết tài trợ máy xạ trị.",
        {"NL"},
    ),
    "agreement of hospitals": (
        "Bệnh viện Nhi Trung ương ký thỏa thuận hợp tác với Bệnh viện Đại học Tokyo",
        "Theo thỏa thuận, các chuyên gia Nhật Bản sẽ chuyển giao kỹ thuật mổ tim cho bác sĩ Việt Nam.",
        {"JP"},
    ),
    "gift": (
        "Hàn Quốc trao tặng Việt Nam 20 xe cứu thương",
        "Lễ bàn giao diễn ra tại Bộ Y tế với sự có mặt của Đại sứ Hàn Quốc.",
        {"KR"},
    ),
    "partner only in the lead": (
        "Thêm máy thở cho bệnh viện huyện",
        "Đại sứ quán Australia vừa trao tặng 15 máy thở cho Bệnh viện huyện Sa Pa trong khuôn khổ hợp tác y tế.",
        {"AU"},
    ),
    "outbound mission": (
        "Đoàn y bác sĩ Việt Nam khám chữa bệnh miễn phí cho người dân Lào",
        "Trong ba ngày, đoàn đã khám, phát thuốc cho 800 người ở Savannakhet, Lào.",
        {"LA"},
    ),
    "international organisation": (
        "WHO hỗ trợ Việt Nam 500.000 USD mua vắc xin sởi",
        "Trưởng đại diện WHO trao tượng trưng lô vắc xin cho lãnh đạo Bộ Y tế.",
        {"WHO"},
    ),
    "two foreign countries": (
        "Cuba and Mexico sign agreement on vaccine research",
        "The health ministers of both countries signed the agreement in Havana; doctors will train together.",
        {"CU", "MX"},
    ),
    "people of a country at work among ours": (
        "Japanese surgeons repair cleft lips of 30 children in Ben Tre",
        "The team of 20 volunteers from Okayama worked with provincial staff for six days.",
        {"JP"},
    ),
    "institutes of two countries": (
        "Viện Pasteur Nha Trang và Viện Pasteur Paris cùng nghiên cứu dịch hạch",
        "Nhóm chuyên gia hai viện lấy mẫu ở Tây Nguyên trong hai năm.",
        {"FR"},
    ),
    "thanks to": (
        "Thêm 200.000 liều vắc xin sởi cho Hà Giang nhờ UNICEF và Chính phủ Australia",
        "Số vắc xin được chuyển tới các trạm y tế vùng cao trong tuần này.",
        {"AU", "UNICEF"},
    ),
    "a ministry without a country is ours": (
        "Hungary gửi 100.000 liều huyết thanh",
        "Lễ trao diễn ra tại Bộ Y tế sáng nay, sau chuyến bay dài từ Budapest.",
        {"HU"},
    ),
}

NOT_RELEVANT = {
    "hospital named after a friendship": (
        "Bệnh viện Hữu nghị Việt Đức ghép thành công hai lá phổi",
        "Ê kíp 40 người làm việc suốt đêm. Người bệnh đã tự thở.",
    ),
    "brand with a country in its name": (
        "Bệnh viện Quốc tế Mỹ hợp tác với Đại học Kinh tế đào tạo quản trị",
        "Hai bên ký biên bản ghi nhớ tại TP.HCM.",
    ),
    "two domestic hospitals": (
        "Hoàn Mỹ Sài Gòn và Bệnh viện Bình Dân ký kết hợp tác chuyên môn",
        "Thứ trưởng Bộ Y tế chứng kiến lễ ký. Hai bệnh viện sẽ chuyển bệnh nhân cho nhau.",
    ),
    "province helps province": (
        "Hà Nội cử 50 bác sĩ hỗ trợ Lào Cai chống dịch",
        "Đoàn mang theo máy thở và thuốc. Sở Y tế Lào Cai cảm ơn thủ đô.",
    ),
    "outbreak abroad": (
        "Ấn Độ ghi nhận thêm 40.000 ca mắc mới",
        "Số ca nhiễm tăng nhanh ở ba bang, bệnh viện quá tải.",
    ),
    "research abroad": (
        "Các nhà khoa học Nhật Bản tìm ra cách phát hiện sớm ung thư",
        "Nghiên cứu mới công bố trên tạp chí cho thấy độ chính xác 90%.",
    ),
    "foreign patient": (
        "Cứu sống du khách Pháp bị nhồi máu cơ tim ở Hội An",
        "Bệnh nhân người Pháp nguy kịch khi đang du lịch, bác sĩ can thiệp kịp thời.",
    ),
    "advert of foreign technology": (
        "Thẩm mỹ viện Ánh Dương ra mắt công nghệ trẻ hóa da Hàn Quốc",
        "Khách hàng được giảm giá 30% trong tháng khai trương.",
    ),
    "diplomacy with health in passing": (
        "Chủ tịch Quốc hội hội đàm với Chủ tịch Hạ viện Bỉ",
        "Hai bên bàn về thương mại, nông nghiệp, quốc phòng, giáo dục và y tế, nhân chuyến thăm chính thức.",
    ),
    "labour export": (
        "Tuyển 200 điều dưỡng sang Nhật Bản làm việc",
        "Ứng viên được học tiếng Nhật và xin visa kỹ năng đặc định.",
    ),
    "health politics of one country": (
        "Hàn Quốc: Điều dưỡng trở lại bệnh viện sau thỏa thuận lương",
        "Bộ Y tế nước này và công đoàn điều dưỡng ký thỏa thuận tại Seoul. Quốc hội sẽ cấp thêm kinh phí.",
    ),
    "a country gives to its own people": (
        "Trung Quốc tặng vắc xin cúm cho người già ở Thượng Hải",
        "Lô vắc xin đầu tiên được trao cho các trạm y tế ở ngoại ô.",
    ),
    "a foundation gives at home": (
        "Quỹ Gates tài trợ 20 triệu USD cho bệnh viện tim ở Seattle",
        "Bệnh viện sẽ xây khu mổ mới và đào tạo thêm bác sĩ.",
    ),
    "two institutions of one country": (
        "Đại học Stanford hợp tác với Mayo Clinic nghiên cứu ung thư phổi",
        "Hai bên ký thỏa thuận tại California; bệnh viện ở Boston sẽ tham gia sau.",
    ),
    "cooperation without health": (
        "Vietnam, Japan agree to deepen defence cooperation",
        "The two ministers signed an agreement on training and the exchange of delegations.",
    ),
    "aid without health": (
        "Mỹ viện trợ Ukraine 400 triệu USD",
        "Gói hỗ trợ được công bố sau cuộc gặp của hai ngoại trưởng.",
    ),
    "football": (
        "Cầu thủ Hàn Quốc chấn thương, nghỉ trận gặp Thái Lan",
        "Bác sĩ đội tuyển cho biết anh cần hai tuần hồi phục. Huấn luyện viên tiếc nuối.",
    ),
    "disease named after a country": (
        "Trẻ nhập viện vì viêm não Nhật Bản tăng",
        "Bệnh viện Nhi Trung ương khuyến cáo tiêm chủng đầy đủ.",
    ),
    "aid as politics": (
        "US freezes foreign aid to clinics, lawmakers object",
        "Congress will debate the cuts. Democrats called the withdrawal a scandal.",
    ),
}


@pytest.mark.parametrize("case", RELEVANT)
def test_cooperation_is_taken_with_its_partners(case: str) -> None:
    title, text, partners = RELEVANT[case]
    verdict = judge_text(title, text)
    assert verdict.relevant, explain(verdict)
    assert partners <= set(verdict.partners)


@pytest.mark.parametrize("case", NOT_RELEVANT)
def test_hard_negatives_are_left_out(case: str) -> None:
    verdict = judge_text(*NOT_RELEVANT[case])
    assert not verdict.relevant, explain(verdict)


def test_viet_nam_and_false_partners_are_never_partners() -> None:
    verdict = judge_text(
        "Bệnh viện Hữu nghị Việt Đức tiếp đoàn bác sĩ Lào", "Đoàn Lào đến Bệnh viện Việt Đức học ghép gan."
    )
    assert "LA" in verdict.partners
    assert not {"VN", "DE"} & set(verdict.partners)


@pytest.mark.parametrize(
    ("text", "country", "named"),
    [
        ("Đại sứ Anh tại Việt Nam thăm Bộ Y tế bàn hợp tác vắc xin", "GB", True),
        ("Bác sĩ Tuấn Anh khám bệnh cho trẻ em, hợp tác với Bộ Y tế", "GB", False),
        ("Anh kể với bác sĩ về chuyện hợp tác của hai bệnh viện", "GB", False),
        ("Anh tặng Việt Nam 400.000 liều vắc xin", "GB", True),
        ("Bộ trưởng Y tế Nga thăm Việt Nam, ký thỏa thuận hợp tác", "RU", True),
        ("Bà Nga được bác sĩ hỗ trợ phẫu thuật miễn phí", "RU", False),
        ("Mỹ viện trợ thiết bị y tế cho Việt Nam", "US", True),
        ("Anh tài trợ vắc xin cho bệnh viện Việt Nam", "GB", True),
        ("Bác sĩ tình nguyện khám bệnh ở Mỹ Tho, hợp tác với bệnh viện tỉnh", "US", False),
        ("Bệnh viện Mỹ Đình hợp tác đào tạo bác sĩ", "US", False),
        ("Người lao động được hỗ trợ khám bệnh, hợp tác với bệnh viện", "LA", False),
        ("Việt - Trung hợp tác phòng chống dịch bệnh", "CN", True),
        ("BỘ Y TẾ TIẾP ĐẠI SỨ NHẬT BẢN BÀN HỢP TÁC VẮC XIN", "JP", True),
        ("BỘ Y TẾ TIẾP ĐẠI SỨ ANH BÀN HỢP TÁC VẮC XIN", "GB", True),
        ("Giáo sư Ý mổ tim cho trẻ em, hợp tác với bệnh viện Huế", "IT", True),
        ("BÁC SĨ TUẤN ANH HỢP TÁC VỚI BỘ Y TẾ", "GB", False),
        ("Hợp tác Trung ương với địa phương về y tế", "CN", False),
        ("Giải pháp hợp tác y tế, tăng cường pháp luật về dược", "FR", False),
    ],
)
def test_short_country_names_need_their_neighbours(text: str, country: str, named: bool) -> None:
    assert (country in judge(title=text, language="vi").partners) is named


def test_tone_placement_and_decomposed_letters_do_not_matter() -> None:
    import unicodedata

    new = judge(title="Hà Lan ký thỏa thuận hợp tác y tế với Khánh Hòa", language="vi")
    old = judge(title="Hà Lan ký thoả thuận hợp tác y tế với Khánh Hoà", language="vi")
    decomposed = judge(
        title=unicodedata.normalize("NFD", "Hà Lan ký thỏa thuận hợp tác y tế với Khánh Hòa"), language="vi"
    )
    assert new.score == old.score == decomposed.score


def test_evidence_stands_in_the_text_and_says_where() -> None:
    title, lead = "Nhật Bản tặng Việt Nam máy siêu âm", "Lễ trao diễn ra tại Bộ Y tế."
    paragraphs = ("Bệnh viện Bạch Mai sẽ dùng máy từ tháng sau.", "Hai nước hợp tác y tế từ 1973.")
    verdict = judge(title=title, lead=lead, paragraphs=paragraphs, language="vi")
    places = {"title": title, "lead": lead, "paragraph 1": paragraphs[0], "paragraph 2": paragraphs[1]}
    stated = [e for e in verdict.evidence if e.phrase]
    assert stated
    for evidence in stated:
        if evidence.kind == "words as in such stories":  # pairs of words, small and without what stands between
            words = re.findall(r"\w+", (title if evidence.place == "title" else " ".join(places.values())).lower())
            assert evidence.phrase in " ".join(words)
        else:
            assert evidence.phrase in places[evidence.place]
    weights = [abs(e.weight) for e in verdict.evidence]
    assert all(one >= other for one, other in pairwise(weights))


def test_captions_count_little_and_say_where_they_stand() -> None:
    article = {"title": "Bệnh viện nhận 20 máy thở viện trợ", "lead": "Chuyên gia nước ngoài dự lễ.", "language": "vi"}
    plain = judge(**article)
    pictured = judge(**article, captions=("Đại sứ Nhật Bản tại buổi lễ. Ảnh: P.V",))
    assert plain.score < pictured.score < plain.score + 0.1
    assert any(e.place == "caption 1" for e in pictured.evidence)


def test_what_is_missing_is_said() -> None:
    verdict = judge_text("Bệnh viện Bạch Mai khai trương khoa cấp cứu mới", "Khoa có 60 giường.")
    lines = " ".join(explain(verdict))
    assert lines.startswith("Left out: ")
    assert "no foreign party" in lines


def test_explanation_of_a_relevant_story_and_its_terms() -> None:
    verdict = judge_text("Nhật Bản viện trợ vắc xin cho Việt Nam", "Đại sứ Nhật Bản trao lô vắc xin cho Bộ Y tế.")
    lines = explain(verdict)
    assert lines[0].startswith("Included: ")
    assert any("viện trợ" in line for line in lines)
    given = next(e for e in verdict.evidence if e.phrase == "viện trợ")
    assert lexicon_terms(given) == ("vi-acts.toml#foreign-aid",)


def test_a_persons_decision_is_named_in_the_explanation() -> None:
    verdict = Verdict(relevant=True, score=0.2, lexicon_version="l", weights_version="w", decided_by="Lan")
    assert explain(verdict)[0] == "Included by Lan."


def test_missing_parts_have_no_lexicon_term() -> None:
    assert lexicon_terms(Evidence(phrase="", place="text", kind="missing: no health", weight=-1.0)) == ()


def test_gloss_is_one_english_line_with_the_day() -> None:
    verdict = judge_text("Bộ trưởng Y tế Nga hội đàm với Bộ trưởng Y tế Việt Nam về vắc xin", "")
    assert verdict.gloss == "Meeting · Russia · vaccines"
    assert gloss(verdict, date(2024, 8, 28)) == "Meeting · Russia · vaccines · 28 Aug 2024"
    assert gloss(verdict) == verdict.gloss


def test_versions_of_lexicon_and_weights_are_in_every_verdict() -> None:
    verdict = judge(title="")
    assert verdict.lexicon_version
    assert verdict.weights_version
    assert verdict.decided_by == "model"


def test_a_wrong_language_label_does_not_hide_a_story() -> None:
    title, text = "Pháp tài trợ xây bệnh viện ở Huế", "Lễ ký hợp tác y tế có Đại sứ Pháp và Bộ Y tế."
    assert judge_text(title, text, "en").score == judge_text(title, text, "vi").score


@pytest.mark.parametrize(
    ("language", "title", "partner"),
    [
        ("fr", "Le ministère de la Santé du Vietnam et l’ambassade du Japon signent un accord de coopération", "JP"),
        ("ru", "Минздрав России и министерство здравоохранения Вьетнама подписали соглашение о сотрудничестве", "RU"),
        ("zh", "越南卫生部与韩国签署医疗合作协议", "KR"),
        ("es", "Cuba dona vacunas a Vietnam y firma acuerdo de cooperación en salud", "CU"),
        ("pt", "Hospital de Portugal e ministério da Saúde de Angola assinam acordo de cooperação", "AO"),
        ("id", "Indonesia dan Jepang menandatangani kerja sama kesehatan", "JP"),
        (
            "de",
            "Deutschland spendet Impfstoff für Vietnam und die Gesundheitsministerien unterzeichnen ein Abkommen",
            "DE",
        ),
        ("ja", "日本、ベトナムの病院に医療機器を供与、保健省と覚書を締結", "JP"),
        ("ko", "한국, 베트남 보건부와 의료 협력 양해각서 체결", "KR"),
        ("th", "เวียดนามและลาวลงนามความร่วมมือด้านสาธารณสุข", "LA"),
        ("lo", "ລາວ ແລະ ຫວຽດນາມ ເຊັນ ບົດບັນທຶກ ການຮ່ວມມື ດ້ານສາທາລະນະສຸກ", "LA"),
        ("km", "កម្ពុជា និងវៀតណាម ចុះហត្ថលេខា កិច្ចសហប្រតិបត្តិការ សុខាភិបាល", "KH"),
    ],
)
def test_other_languages(language: str, title: str, partner: str) -> None:
    verdict = judge(title=title)
    assert verdict.relevant, explain(verdict)
    assert partner in verdict.partners
    assert verdict.score == judge(title=title, language=language).score


@settings(max_examples=150, deadline=None)
@given(title=st.text(max_size=80), text=st.text(max_size=400), language=st.sampled_from([None, "vi", "xx", "fr", ""]))
def test_any_text_gets_a_verdict(title: str, text: str, language: str | None) -> None:
    verdict = judge_text(title, text, language)
    assert 0 <= verdict.score <= 1
    assert verdict == judge_text(title, text, language)
    assert "VN" not in verdict.partners


def test_hostile_lengths_are_judged_in_bounded_time() -> None:
    verdict = judge_text("hợp tác y tế " * 2000, "Nhật Bản " * 20_000)
    assert 0 <= verdict.score <= 1
