"""Which language a text is in, told from the text itself (pure).

Scripts decide where they can; among languages in Latin letters the share of each one's commonest words does.
Vietnamese is told by its own letters. `html lang` is not asked: on the watched sites it is wrong too often.
"""

import re
from collections import Counter
from operator import itemgetter

# The commonest words of each language.
_WORDS = {
    "en": "the of and to in is that for it was with as on are by be this at from have has not which an or their "
    "said will its but they were",
    "fr": "le la les des et en du une est que pour dans qui sur par au pas plus avec ce son ses aux sont cette "
    "ont été nous leur mais",
    "es": "el los las de que en un una por con para su se del al lo como más pero sus le ya este fue ha son "
    "entre está desde también",
    "pt": "o os as do da em um uma para com não dos das no na por mais foi como ao ele seu sua ou são pelo pela "
    "também está isso",
    "de": "der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden "
    "aus er hat dass sie nach wird bei einer",
    "it": "il di che la e per un una in non del della dei con sono da al le si gli nel più anche alla come ha "
    "delle questo",
    "nl": "de het een en van in is dat op te met voor zijn niet aan er om ook als dan maar bij door over werd "
    "wordt naar uit heeft",
    "sv": "och i att det som en på är av för med till den har de inte om ett men var sig så från vi kan hade nu efter",
    "da": "og i at det er en til på som for af med den der ikke de et har var fra vi om kan sig men blev efter "
    "eller også",
    "pl": "w i na z się do nie że to jest o po jak za od przez oraz dla ale są jego przy tym być który która które",
    "cs": "a se v na je že o s do i z to k ve pro za by ale si po jako podle od jsou jeho také které při nebo",
    "ro": "și în de la a cu pe care nu că o din pentru este un sau mai prin fi ce au fost sunt după dar această",
    "hu": "a az és hogy nem is egy ez meg volt van csak el de már mint még ki be vagy kell lesz azt amely szerint",
    "tr": "ve bir bu için ile de da olarak olan daha çok en gibi kadar sonra ise ancak göre her değil ne olduğu "
    "tarafından",
    "id": "yang dan di dengan untuk dari ini pada itu dalam adalah tidak akan ke oleh juga telah sebagai bisa "
    "ada para kepada karena dapat",
    "fi": "ja on ei että se hän oli ovat mutta kun myös joka tai niin kuin mukaan ole sen vain jos mitä ovat sekä",
}
_VIETNAMESE = re.compile("[đăơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")  # of lower-case text
_SCRIPTS = (
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("lo", re.compile("[\u0e80-\u0eff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("km", re.compile("[\u1780-\u17ff]")),
    ("my", re.compile("[\u1000-\u109f]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("bn", re.compile("[\u0980-\u09ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("zh", re.compile("[\u3400-\u9fff]")),
)
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_CYRILLIC_UKRAINIAN = frozenset("іїєґ")
_LATIN_RUN = re.compile("[a-z\u00c0-\u024f\u1e00-\u1eff]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_WORD = re.compile(r"[^\W\d_]+")
_ASCII_WORD = re.compile(r"[a-z]+")
_SAMPLE = 1200  # characters
_LANGUAGES_OF: dict[str, list[str]] = {}
for _code, _common in _WORDS.items():
    for _word in _common.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_code)


def language(text: str) -> str | None:
    """ISO 639-1 code of the language of a text; None where there is too little to say."""
    sample = text[:_SAMPLE].lower()
    # Typographic quotes and dashes tell nothing: without a letter outside ASCII a text is as good as ASCII.
    plain = sample.isascii() or not any(map(str.isalnum, _NOT_ASCII.findall(sample)))
    if plain and sample.count(" the ") + sample.count(" of ") + sample.count(" and ") >= 5:
        return "en"
    if not plain:
        latin = sum(map(len, _LATIN_RUN.findall(sample)))
        if len(_VIETNAMESE.findall(sample)) > latin * 0.04 + 2:
            return "vi"
        if latin < len(sample) * 0.5:
            for code, script in _SCRIPTS:
                found = len(script.findall(sample))
                if found > 10 and found > latin * 0.3 * (0.2 if code == "ja" else 1):
                    return code
            if len(_CYRILLIC.findall(sample)) > latin:
                return "uk" if any(c in _CYRILLIC_UKRAINIAN for c in sample) else "ru"
    votes: dict[str, int] = {}
    words = (_ASCII_WORD if plain else _WORD).findall(sample)
    if len(words) < 6:
        return None
    for word, times in Counter(words).items():
        for code in _LANGUAGES_OF.get(word, ()):
            votes[code] = votes.get(code, 0) + times
    if not votes:
        return None
    best, hits = max(votes.items(), key=itemgetter(1))  # of equals the one met first
    return best if hits >= max(2, len(words) * 0.08) else None
