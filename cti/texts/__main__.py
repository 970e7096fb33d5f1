"""`python -m cti.texts`: what the catalogue lacks, ready to be pasted in, and what nobody says."""

import json
import sys

from cti.texts.catalogue import read
from cti.texts.source import said


def main() -> int:
    """Returns 1 when the catalogue and the source differ."""
    told, known = said(), read("zh.json")
    for form in sorted(told.keys() - known.keys()):
        sys.stdout.write(f'  {json.dumps(form, ensure_ascii=False)}: "",  // {told[form][0]}\n')
    for form in sorted(known.keys() - told.keys()):
        sys.stdout.write(f"nobody says: {form}\n")
    return int(told.keys() != known.keys())


if __name__ == "__main__":
    sys.exit(main())
