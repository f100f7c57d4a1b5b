"""Everything that is measured, one subject after the other."""

from __future__ import annotations

from bench import landing


def main() -> None:
    landing.main()


if __name__ == "__main__":
    main()
