"""Makes the corpus and says what is in it: python -m bench.corpus [--split S] [--count N]."""

import argparse
import sys
from collections import Counter

from bench.corpus.calls import calls
from bench.corpus.voices import Split
from bench.table import show
from cti.base.errors import UserError


def main() -> int:
    """Make both splits."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--split", choices=list(Split), help="both by default")
    asked.add_argument("--count", type=int, help="calls of each split; all by default")
    asked.add_argument("--workers", type=int, help="processes; one for each core by default")
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    try:
        made = [
            call
            for split in ([Split(options.split)] if options.split else Split)
            for call in calls(split, options.count, options.seed, options.workers)
        ]
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    found = Counter((call.split, call.label, call.kind) for call in made)
    rows = [
        {"split": split, "label": label, "kind": kind, "calls": number}
        for (split, label, kind), number in sorted(found.items())
    ]
    show("Corpus", {key: key for key in ("split", "label", "kind", "calls")}, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
