"""Topic names: templates filled with checked segments, below one prefix such as `cti/v1`."""

import re
from typing import Annotated

from pydantic import AfterValidator

PREFIX = "cti/v1"
NO_QUEUE = "-"  # the queue segment of a caller who has not chosen one yet
MAX_SEGMENT = 128

# MQTT 3.1.1 §4.7: + and # are wildcards, / separates levels, NUL is forbidden; §1.5.3 advises
# against the other control characters. A leading $ would hide the topic from subscribers.
_FORBIDDEN = re.compile(r"[+#/\x00-\x1f\x7f-\x9f\ufffe\uffff]|^\$")
_PLACE = re.compile(r"\{(\w+)\}")


def checked_segment(text: str) -> str:
    """`text` when it can stand as one level of a topic; ValueError that tells why not."""
    if not text or len(text) > MAX_SEGMENT:
        raise ValueError(f"a topic segment has 1 to {MAX_SEGMENT} characters")
    if found := _FORBIDDEN.search(text):
        raise ValueError(f"a topic segment cannot hold {found.group()!r}: {text!r}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"a topic segment must be valid Unicode: {text!r}") from None
    return text


Segment = Annotated[str, AfterValidator(checked_segment)]
"""A pydantic field whose value becomes a level of the topic."""


def places(template: str) -> list[str]:
    """The names in braces of `agents/{agent}/state`, in order."""
    return _PLACE.findall(template)


def checked_prefix(prefix: str) -> str:
    """`prefix` without outer slashes, each level checked; ValueError as for a segment."""
    return "/".join(checked_segment(level) for level in prefix.strip("/").split("/"))
