"""``make chaos``: the product through faults, and two worse builds that must be caught."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.chaos.run import EARLY_ANSWER, LAZY_DISK, THE_PRODUCT, run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    failed = False
    for build in (THE_PRODUCT, EARLY_ANSWER, LAZY_DISK):
        with tempfile.TemporaryDirectory() as folder:
            verdict = run(build, Path(folder), asked.seconds, asked.seed)
        sys.stdout.write(f"{verdict}\n")
        should_fail = build is not THE_PRODUCT
        if bool(verdict.faults) is not should_fail:
            failed = True
            sys.stdout.write("  THIS IS NOT AS IT SHOULD BE\n")
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
