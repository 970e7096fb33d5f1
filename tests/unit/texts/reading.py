"""What a reader of Chinese would stumble over."""

import re
from collections.abc import Iterable

UNTOLD = re.compile(r"“[^”]*”|[\w.]+/[\w/]+|\b(?:Asterisk|AMD|Hz|ITU|PBX|Q\.850|SIP|UTC)\b")
"""Names in quotes, time zones, and what is called so in Chinese, too."""
_LATIN = re.compile(r"[A-Za-z]{2,}|(?<=\S)[,;:] |\.$")


def english_in(text: str, names: Iterable[str] = ()) -> list[str]:
    """What of a text for Chinese readers is in English still: words, and how it is joined.

    names: what stays as it is.
    """
    for name in names:
        text = text.replace(name, "")
    return _LATIN.findall(UNTOLD.sub("", text))
