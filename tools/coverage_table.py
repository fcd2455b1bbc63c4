#!/usr/bin/env python3
"""coverage_table.py COVERAGE.json MODULE...: the share of lines that ran, by module and file, from gcovr's JSON."""

import json
import sys


def ranges(lines: list[int]) -> str:
    """"3-5, 9" of [3, 4, 5, 9]."""
    parts: list[list[int]] = []
    for line in lines:
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    return ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in parts)


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        files = json.load(file)["files"]
    for module in sys.argv[2:]:
        rows = []
        for each in files:
            if not each["file"].startswith(f"src/{module}/"):
                continue
            # A line of a template or a header is listed once for each use.
            counts: dict[int, int] = {}
            for line in each["lines"]:
                if not line.get("gcovr/noncode"):
                    counts[line["line_number"]] = max(counts.get(line["line_number"], 0), line["count"])
            if counts:
                rows.append((each["file"], counts))
        total = sum(len(counts) for _, counts in rows)
        run = sum(sum(count > 0 for count in counts.values()) for _, counts in rows)
        if total == 0:
            sys.exit(f"coverage_table.py: nothing of the module {module} was compiled for coverage")
        print(f"{module}: {run} of {total} lines, {100 * run / total:.1f} %")
        for name, counts in sorted(rows):
            missed = sorted(line for line, count in counts.items() if count == 0)
            print(f"  {100 * (1 - len(missed) / len(counts)):5.1f} %  {name}")
            if missed:
                print(f"  not run: {name}: {ranges(missed)}")


if __name__ == "__main__":
    main()
