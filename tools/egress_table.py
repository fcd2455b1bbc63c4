#!/usr/bin/env python3
"""Writes the table of docs/egress.md: what each host function tells of contents, from wit/ and egress_classes.py; with
--check, says whether it is current.

Fails where a function that a workload can import has no class, and where a class is of no function.
"""

import argparse
import fnmatch
import json
import re
import sys
from pathlib import Path

from egress_classes import CLASSES

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "egress.md"
BEGIN, END = "<!-- begin: tools/egress_table.py -->\n", "<!-- end: tools/egress_table.py -->\n"


def functions_of(text):
    """{interface: [function, ...]} of a WIT file; a resource's are named after it, and its drop is one of them."""
    text = re.sub(r"//[^\n]*", "", text)
    found = {}
    for interface in re.finditer(r"^interface ([a-z0-9-]+) \{$(.*?)^\}$", text, re.MULTILINE | re.DOTALL):
        names = found.setdefault(interface[1], [])
        resource = None
        for line in interface[2].splitlines():
            if match := re.match(r"\s+resource ([a-z0-9-]+)( \{|;)", line):
                resource = match[1] if match[2] == " {" else None
                names.append(f"{match[1]}.drop")
            elif re.match(r"    \}|  \}", line):
                resource = None
            elif match := re.match(r"\s+%?([a-z0-9-]+): (static |async )?func\(", line):
                names.append(f"{resource}.{match[1]}" if resource else match[1])
    return found


def importable():
    """Every function that the world `workload` imports, named as in run.json, by interface in the world's order."""
    ours = {}
    for path in sorted((ROOT / "wit").glob("*.wit")):
        ours.update(functions_of(path.read_text()))
    world = (ROOT / "wit" / "world.wit").read_text()
    found = {}
    for name in re.findall(r"^    import ([a-z0-9:/-]+)(?:@[0-9.]+)?;$", world, re.MULTILINE):
        if match := re.match(r"wasi:([a-z]+)/([a-z-]+)", name):
            functions = functions_of((ROOT / "wit" / "deps" / f"{match[1]}.wit").read_text())[match[2]]
        else:
            functions = ours[name]
        found[name] = [f"{name}.{function}" for function in functions]
    return found


def class_key(function):
    """The most exact key of CLASSES that fits, or None."""
    fitting = [key for key in CLASSES if fnmatch.fnmatchcase(function, key)]
    return max(fitting, key=lambda key: (len(key.replace("*", "")), key), default=None)


def operators_text(operators):
    def names(content):
        return ", ".join(f"`{each['name']}`" for each in operators if each["content"] == content)

    free = sum(not each["content"] for each in operators)
    return [
        f"The {len(operators)} operators of `ops` ([list](operator-list.md)) are marked in `wit/ops.wit`:",
        "",
        "| operators | class | counted as |",
        "| --- | --- | --- |",
        f"| {names('shape')} | dependent | `outcome`: 9 a call: 1, and 8 for the size that depends on contents |",
        f"| {names('outcome')} | dependent | `outcome`: 1 a call |",
        f"| the other {free}, and `manual-seed` | free | success, error, shape, strides and memory follow from shapes, "
        "dtypes and numbers that the guest gave |",
    ]


def table(functions, operators):
    used = set()
    lines = ["| function | class | counted, or why it tells nothing |", "| --- | --- | --- |"]
    missing, grouped = [], {}
    for interface, names in functions.items():
        if interface == "ops":
            continue
        for name in names:
            key = class_key(name)
            used.add(key)
            if key is None:
                missing.append(name)
            elif not name.endswith(".drop"):
                grouped[key] = None  # a key for several functions makes one row
    for key in grouped:
        kind, why = CLASSES[key]
        lines.append(f"| `{key}` | {kind} | {why} |")
    if missing:
        sys.exit(f"tools/egress_classes.py: no class for {missing}: say what each tells of contents")
    if stale := sorted(set(CLASSES) - used):
        sys.exit(f"tools/egress_classes.py: classes of no function: {stale}")
    return [*operators_text(operators), "", "All others:", "", *lines, "", "`*.drop` of a handle is free."]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operators", type=Path, required=True, help="operators.json of a build")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page is not current")
    arguments = parser.parse_args()
    functions = importable()
    operators = json.loads(arguments.operators.read_text())
    unknown = {f"ops.{each['name']}" for each in operators} ^ set(functions["ops"]) ^ {"ops.manual-seed"}
    if unknown:
        sys.exit(f"wit/ops.wit and {arguments.operators.name} differ by {sorted(unknown)}; build again")
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    text = before + BEGIN + "\n".join(table(functions, operators)) + "\n" + END + after
    if not arguments.check:
        PAGE.write_text(text)
    elif PAGE.read_text() != text:
        sys.exit(f"{PAGE.relative_to(ROOT)} is not current; run tools/egress_table.py without --check")


if __name__ == "__main__":
    main()
