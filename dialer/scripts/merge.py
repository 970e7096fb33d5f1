"""Merge fields: `{{name}}` in a script's text becomes the person's name. Plain text, no more.

A value is put in once and never looked at again: one that itself reads `{{agent}}` stays so. The
page shows the result as text, so that nothing in a lead can become HTML.
"""

import re
from collections.abc import Mapping
from typing import Final

from dialer.scripts.script import Script, ScriptContent

FIXED: Final = {
    "name": "of the person",
    "reference": "the client's own id of the person",
    "agent": "the agent's name",
    "campaign": "the campaign's name",
    "number": "the number that is called, masked",
    "local_time": "the time where the person lives, such as 14:05",
}
"""Merge fields there always are, and what each stands for. `field.…` are the list's own columns."""
OWN: Final = "field."
PLACE: Final = re.compile(r"\{\{\s*([^{}]{1,160}?)\s*\}\}")


def fields_in(text: str) -> list[str]:
    """The merge fields in a text, in order."""
    return PLACE.findall(text)


def merged(text: str, values: Mapping[str, str]) -> str:
    """`text` with its merge fields filled in; what is not known is left empty."""
    return PLACE.sub(lambda found: values.get(found[1], ""), text)


def merged_script(script: Script, values: Mapping[str, str]) -> Script:
    """A script with titles, texts, labels filled in. Options stay: answers are compared to them."""
    steps = tuple(
        step.model_copy(
            update={
                "title": merged(step.title, values),
                "text": merged(step.text, values),
                "questions": tuple(
                    question.model_copy(update={"label": merged(question.label, values)})
                    for question in step.questions
                ),
            }
        )
        for step in script.steps
    )
    return script.model_copy(update={"steps": steps})


def own_fields(content: ScriptContent) -> set[str]:
    """The columns of the list that a script's texts ask for."""
    texts = [text for step in content.steps for text in (step.title, step.text)]
    texts += [question.label for step in content.steps for question in step.questions]
    names = {name for text in texts for name in fields_in(text)}
    return {name.removeprefix(OWN) for name in names if name.startswith(OWN)}
