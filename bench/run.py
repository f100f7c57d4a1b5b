"""Everything that is measured, one subject after the other.

    python -m bench.run [--quick]

`--quick` takes small sizes and one round: about a minute, to see that everything can be measured.
"""

from __future__ import annotations

import sys

from bench import landing, stages


def main() -> None:
    is_quick = "--quick" in sys.argv[1:]
    if not is_quick:
        landing.main()
    stages.main(["--quick"] if is_quick else [])


if __name__ == "__main__":
    main()
