"""make check: no line of a template is too long to be read in a review."""

import sys

from ops.environment import ROOT

LONGEST = 160  # characters, without the indentation
GUIDE = ROOT / "templates/kit/guide"  # shows pieces with made-up links, in DEBUG only


def main() -> int:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {len(line.strip())} characters, {LONGEST} at most"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if not path.is_relative_to(GUIDE)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if len(line.strip()) > LONGEST
    ]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
