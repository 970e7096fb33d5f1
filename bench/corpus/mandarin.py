"""Mandarin in the signs its voices read: pinyin for espeak-ng, sounds with tones for Kokoro."""

import re

from pypinyin import Style, lazy_pinyin
from pypinyin.contrib.tone_convert import to_finals, to_initials, to_normal

PAUSES = {"，": ", ", "。": ". ", "？": "? ", "！": "! ", "、": ", ", "：": ", ", "；": "; "}

# Sounds of each initial and final (Duanmu, The Phonology of Standard Chinese, 2nd ed.), as in
# pinyin-to-ipa (MIT); 0 stands where the tone goes.


def _table(pairs: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in pairs.split())


_INITIALS = _table(
    "b:p d:t f:f g:k k:kʰ l:l m:m n:n p:pʰ t:tʰ h:x c:ʦʰ ch:ꭧʰ j:ʨ q:ʨʰ r:ɻ s:s sh:ʂ x:ɕ z:ʦ zh:ꭧ"
)
_FINALS = _table(
    "a:a0 ai:ai0 an:a0n ang:a0ŋ ao:au0 e:ɤ0 ei:ei0 en:ə0n eng:ə0ŋ er:ɚ0 i:i0 ia:ja0 "
    "ian:jɛ0n iang:ja0ŋ iao:jau0 ie:je0 in:i0n iou:jou0 ing:i0ŋ iong:jʊ0ŋ ong:ʊ0ŋ ou:ou0 u:u0 "
    "uei:wei0 ua:wa0 uai:wai0 uan:wa0n uen:wə0n uang:wa0ŋ ueng:wə0ŋ uo:wo0 o:wo0 ü:y0 üe:ɥe0 "
    "üan:ɥɛ0n ün:y0n n:n0 m:m0 ng:ŋ0"
)
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
_BUZZING = {"z", "c", "s", "zh", "ch", "sh", "r"}


def pinyin(text: str) -> str:
    """The syllables with tone numbers, pauses kept: "wei4, nin2 hao3. ".

    Text that is in pinyin already comes back as it is. What else is not Chinese is left out.
    """
    if not re.search("[\u4e00-\u9fff]", text):
        return text.replace("v", "ü")
    clauses = [
        [PAUSES.get(part) or f"{part} " for part in _read(clause) if _spoken(part)]
        for clause in text.split("的")  # which the phrases of pypinyin mistake for 目的 at times
    ]
    read = "de5 ".join("".join(clause) for clause in clauses)
    return re.sub(r" ([,.?!;])", r"\1", read).replace("v", "ü")


def sounds(text: str) -> str:
    """The sounds of the text, each syllable with its tone as an arrow, pauses kept."""
    return re.sub(r"([a-zü]+)([1-5])", lambda found: _syllable(*found.groups()), pinyin(text))


def _read(text: str) -> list[str]:
    return lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True)


def _spoken(part: str) -> bool:
    return part in PAUSES or re.fullmatch(r"[a-zü]+[1-5]", part) is not None


def _syllable(letters: str, tone: str) -> str:
    plain = to_normal(letters)
    initial = to_initials(plain, strict=True)
    final = to_finals(plain, strict=True, v_to_u=True)
    vowel = "ɨ0" if initial in _BUZZING and final == "i" else _FINALS.get(final, final)
    return _INITIALS.get(initial, initial) + vowel.replace("0", _TONES[tone])
