"""`python -m hearing.speech.telling FOLDER`: which model of who answers runs, one line of JSON.

A process of its own, as the service has no ears; and light, for those who wait for it.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cti.base.errors import UserError
from hearing.speech.chosen import current
from hearing.speech.model import AnswerModel


def describe(folder: Path) -> dict[str, Any]:
    """Which model runs, since when, learnt from how many calls, and its figures."""
    path = current(folder)
    model = AnswerModel(path) if path else AnswerModel.shipped()
    hidden = {"calibration", "bounds", "clues", "meanings"}
    facts = {key: value for key, value in model.about.items() if key not in hidden}
    return {"file": str(model.path), **facts}


def main() -> None:
    """What `describe` says, or `{"error", "cure"}`."""
    try:
        told = describe(Path(sys.argv[1]))
    except UserError as error:
        told = {"error": error.what, "cure": error.cure}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
