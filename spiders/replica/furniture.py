"""What stands around an article: menus, related links, most-read lists, counters, clocks, advertisements.

The headlines are the trap: they are full of embassies, ministers and vaccines and none of them belongs to the
article they stand beside. Their addresses have numbers that no article of the replica has.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

TRAP_NUMBERS = range(100_000, 200_000)  # native ids in related links: nothing answers there

HEADLINES: dict[str, tuple[tuple[str, str], ...]] = {
    "vi": (
        ("Đại sứ quán Thụy Điển trao tặng 300.000 liều vaccine cúm mùa", "Lễ trao tặng diễn ra tại trụ sở Bộ Y tế với sự có mặt của Đại sứ và lãnh đạo nhiều bệnh viện."),
        ("Bộ trưởng Bộ Y tế tiếp Đại sứ Vương quốc Bỉ, bàn về hợp tác sản xuất vaccine", "Hai bên nhất trí lập nhóm công tác chung về dược phẩm trong quý tới."),
        ("Đại sứ Ấn Độ thăm Viện Vệ sinh dịch tễ, cam kết hỗ trợ sinh phẩm", "Phía Ấn Độ mong muốn mở rộng trao đổi chuyên gia y tế giữa hai nước."),
        ("Hungary viện trợ thêm 100.000 liều vaccine cho Việt Nam", "Lô hàng do Đại sứ quán phối hợp với Bộ Y tế tiếp nhận tại sân bay Nội Bài."),
        ("Thứ trưởng Bộ Y tế làm việc với đoàn chuyên gia Singapore về y tế số", "Đoàn đã khảo sát ba bệnh viện và đề xuất chương trình đào tạo chung."),
        ("Tổng Lãnh sự Italia: hợp tác y tế là điểm sáng trong quan hệ song phương", "Nhiều bác sĩ trẻ đã được cử đi tu nghiệp tại các bệnh viện đại học."),
        ("Việt Nam và Thái Lan ký bản ghi nhớ về kiểm soát bệnh truyền nhiễm vùng biên", "Bản ghi nhớ gồm trao đổi thông tin dịch bệnh và diễn tập chung hằng năm."),
        ("Đại sứ Ba Lan trao Huân chương cho nữ giáo sư ngành nhi khoa Việt Nam", "Bà đã góp phần đào tạo nhiều thế hệ bác sĩ của cả hai nước."),
        ("Đoàn bác sĩ Israel phẫu thuật miễn phí cho trẻ em sứt môi", "Chương trình do Đại sứ quán bảo trợ và kéo dài hai tuần."),
        ("Hợp tác vaccine với Trung Quốc: hai viện nghiên cứu chuyển giao công nghệ", "Dây chuyền đầu tiên dự kiến chạy thử vào năm sau."),
        ("Lô vaccine do Chính phủ Na Uy tài trợ đã về đến Đà Nẵng", "Vaccine được bảo quản trong kho lạnh đạt chuẩn quốc tế."),
        ("Bộ Y tế và Ngân hàng Thế giới khởi động dự án y tế cơ sở", "Dự án hỗ trợ hơn hai trăm trạm y tế xã tại mười ba tỉnh."),
    ),
    "en": (
        ("Swedish embassy hands over 300,000 flu vaccine doses", "The ceremony took place at the Ministry of Health with several hospital leaders present."),
        ("Health minister and Belgian ambassador discuss vaccine production", "A joint working group on medicines will be formed next quarter."),
        ("Indian ambassador visits epidemiology institute, pledges test kits", "More exchanges of medical experts are expected between the two countries."),
        ("Thailand and neighbours sign pact on border disease control", "The pact covers data sharing and a joint yearly drill."),
        ("Israeli surgeons operate on children free of charge", "The programme is sponsored by the embassy and lasts two weeks."),
        ("World Bank backs grassroots health care in thirteen provinces", "Over two hundred commune health stations will be upgraded."),
    ),
    "fr": (
        ("L'ambassade de Suède offre 300.000 doses de vaccin", "La cérémonie a réuni le ministère de la Santé et plusieurs hôpitaux."),
        ("Le ministre de la Santé reçoit l'ambassadeur de Belgique", "Un groupe de travail commun sur les médicaments sera créé."),
        ("Des chirurgiens israéliens opèrent gratuitement des enfants", "Le programme, parrainé par l'ambassade, dure deux semaines."),
        ("Accord avec la Thaïlande sur le contrôle des maladies aux frontières", "L'accord prévoit un échange de données et un exercice annuel."),
    ),
}  # fmt: skip

_ADVERTISEMENTS = (
    "Gói khám sức khỏe tổng quát giảm 30% đến hết tháng",
    "Vé máy bay Hà Nội - Tokyo từ 99 USD",
    "Máy lọc không khí thế hệ mới: lọc sạch 99,9% bụi mịn",
    "Học tiếng Hàn cùng giáo viên bản xứ",
)


@dataclass(frozen=True, slots=True)
class Furniture:
    """The surroundings of one page. The same seed gives the same surroundings.

    A site that serves validators seeds them with the edition, so that its ETags are honest; a site without any
    seeds them with the request, so that no two answers are alike.
    """

    language: str
    seed: str

    def _random(self, purpose: str) -> random.Random:
        return random.Random(f"{self.seed} {purpose}")

    def related(self, purpose: str, count: int) -> list[tuple[str, str, int]]:
        """Headlines, their teasers and numbers for one block of links."""
        source = self._random(purpose)
        headlines = HEADLINES.get(self.language, HEADLINES["vi"])
        chosen: Sequence[tuple[str, str]] = source.sample(headlines, min(count, len(headlines)))
        return [(title, teaser, source.choice(TRAP_NUMBERS)) for title, teaser in chosen]

    def views(self) -> int:
        return self._random("views").randrange(1_000, 90_000)

    def online(self) -> int:
        return self._random("online").randrange(100, 4_000)

    def clock(self) -> str:
        """The time of day as the page's head shows it."""
        source = self._random("clock")
        return f"{source.randrange(0, 24):02}:{source.randrange(0, 60):02}:{source.randrange(0, 60):02}"

    def weather(self) -> str:
        return f"Hà Nội {self._random('weather').randrange(14, 38)}°C"

    def advertisement(self) -> str:
        return self._random("advertisement").choice(_ADVERTISEMENTS)
