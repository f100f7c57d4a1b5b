"""Everything that is measured, one subject after the other.

    python -m bench.run [--quick]

`--quick` takes small sizes and one round: some minutes, to see that everything can be measured.
"""

from __future__ import annotations

import sys

from bench import history, inpatient, landing, lists, stages


def main() -> None:
    is_quick = "--quick" in sys.argv[1:]
    if not is_quick:
        landing.main()
    chosen = ["--quick"] if is_quick else []
    lists.main(chosen)
    inpatient.main(chosen)
    stages.main(chosen)
    history.main(chosen)


if __name__ == "__main__":
    main()
