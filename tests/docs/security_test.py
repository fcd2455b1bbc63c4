"""Each defence of docs/security.md names tests that exist: what stands in backquotes in the last column of its table is
taken by `ctest -R`."""

import argparse
import pathlib
import re
import subprocess
import sys


def patterns(page: str) -> list[tuple[str, list[str]]]:
    """Defence and patterns of each row of the table whose last column is headed "shown by"."""
    rows = []
    inside = False
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            inside = False
        elif cells[-1] == "shown by":
            inside = True
        elif inside and not set(cells[0]) <= set("-: "):
            rows.append((cells[1], re.findall(r"`([^`]+)`", cells[-1])))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--page", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--ctest", default="ctest")
    options = parser.parse_args()
    rows = patterns(options.page.read_text())
    if len(rows) < 10:
        sys.exit(f"{options.page} has no table of defences")
    listed = subprocess.run([options.ctest, "--test-dir", options.build, "-N"], check=True, capture_output=True, text=True)
    names = re.findall(r"^ *Test +#\d+: (.+)$", listed.stdout, re.MULTILINE)
    wrong = [f"'{defence}' names no test" for defence, found in rows if not found]
    for defence, found in rows:
        wrong += [f"'{defence}': no test matches '{pattern}'" for pattern in found
                  if not any(re.search(pattern, name) for name in names)]
    print("\n".join(wrong) or f"{len(rows)} defences, each with tests among {len(names)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
