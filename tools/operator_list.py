#!/usr/bin/env python3
"""Makes docs/operator-list.md from the operators of wit/ops.wit, what a probe of the torch backend found, and the tables
of operator_list_tables.py; with --check, says whether the page is current.

Fails where an operator has no row in the tests (which the probe prints), and where one of Core ATen IR's overloads is
neither mapped to an operator nor left out with a reason.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

from operator_list_tables import CORE, COMPOSITES, LEFT_OUT, ROWS

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "operator-list.md"
CORE_LIST = ROOT / "tests" / "unit" / "engine" / "core_aten.txt"

WHOLE = ["uint8", "int8", "int16", "int32", "int64"]
FLOATING = ["float16", "bfloat16", "float32", "float64"]


def probe(program, operators):
    """{operator: dtypes} of the rows that the program prints; a row's name begins with its operator's."""
    lines = subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()
    by_length = sorted((name.replace("-", "_") for name in operators), key=len, reverse=True)
    found = {}
    for line in lines:
        row, *dtypes = line.split()
        for prefix, operator in ROWS.items():
            if row == prefix or row.startswith(prefix + "_"):
                row = operator
        operator = next((name for name in by_length if row == name or row.startswith(name + "_")), None)
        if operator is None:
            sys.exit(f"the row {row} is of no operator in wit/ops.wit; name it after its operator")
        found.setdefault(operator.replace("_", "-"), set()).update(dtypes)
    return found


def dtypes_text(dtypes):
    """The dtypes in few words."""
    parts = []
    if set(FLOATING) <= dtypes and set(WHOLE) <= dtypes:
        return "all" if "bool" in dtypes else "all but bool"
    for group, word in ((FLOATING, "floating"), (WHOLE, "integers")):
        held = [each for each in group if each in dtypes]
        parts += [word] if held == group else held
    return ", ".join(parts + (["bool"] if "bool" in dtypes else []))


def sections():
    """[(title, [operator, ...])] in the order of the WIT."""
    result = []
    for line in (ROOT / "wit" / "ops.wit").read_text().splitlines():
        if match := re.match(r"\s*// ---- (.*?) ----$", line):
            result.append((match[1], []))
        elif match := re.match(r"\s*%?([a-z0-9-]+): func\(", line):
            result[-1][1].append(match[1])
    return [(title, names) for title, names in result if names]


def base_of(name, operators):
    """The operator that `name` is a form of."""
    base = name.removesuffix("-in-place").replace("-scalar-mode", "-mode").removesuffix("-scalar").removesuffix("-tensor")
    return base if base in operators else name


def table_of(names, operators, found):
    rows = {}
    for name in names:
        if name not in operators:
            continue  # it makes no tensor: manual-seed
        base = base_of(name, operators)
        rows.setdefault((base, dtypes_text(found[name]), operators[name]["content"]), []).append(name)
    lines = ["| operator | what it does | dtypes on a CPU | contents show |", "| --- | --- | --- | --- |"]
    for (_, dtypes, content), forms in rows.items():
        what = re.sub(r"\s*\*content-dependent[^*]*\*( \([^)]*\))?\.?", "", operators[forms[0]]["docs"]).strip()
        what = what.replace("|", "\\|")
        lines.append(f"| {', '.join(f'`{form}`' for form in forms)} | {what} | {dtypes} | {content} |")
    return lines


def ours_of(overload, operators):
    """What one of Core ATen IR's overloads is called here, or None."""
    if overload in CORE:
        return CORE[overload]
    base, _, form = overload.partition(".")
    name = base.replace("_", "-")
    if form in ("Scalar", "Scalar_mode") and f"{name}-{form.lower().replace('_', '-')}" in operators:
        return f"{name}-{form.lower().replace('_', '-')}"
    return name if name in operators else None


def core_tables(operators):
    overloads = CORE_LIST.read_text().split()
    mapped, left_out, unknown = [], [], []
    for overload in overloads:
        if overload in LEFT_OUT:
            left_out.append(f"| `{overload}` | {LEFT_OUT[overload]} |")
        elif ours := ours_of(overload, operators):
            for name in re.findall(r"[a-z0-9-]+", ours if "`" not in ours else ""):
                if name not in operators:
                    unknown.append(f"{overload} (mapped to {name}, which is no operator)")
            mapped.append(f"| `{overload}` | {ours if '`' in ours else f'`{ours}`'} |")
        else:
            unknown.append(overload)
    stale = sorted((set(CORE) | set(LEFT_OUT)) - set(overloads))
    if unknown or stale:
        sys.exit(f"operator_list_tables.py: not mapped: {unknown}; not in {CORE_LIST.name}: {stale}")
    return overloads, mapped, left_out


def page(operators, found):
    overloads, mapped, left_out = core_tables(operators)
    lines = [
        "# Which operators are there?",
        "",
        "Generated by `tools/operator_list.py` from `wit/ops.wit`, which says more of each, and from a probe of the torch",
        "backend. The dtypes are those that the first operand may have on a CPU, with the others of the same one. *Contents",
        "show* says what a call tells of what a tensor holds, and so counts as [egress](egress.md): its `outcome`, or the",
        "result's `shape`. A name's forms: `-in-place` writes to the first argument, `-scalar` takes a number in place of a",
        "tensor, `-mode` rounds. [How do I add an operator?](operators.md)",
        "",
    ]
    for title, names in sections():
        lines += [f"## {title[0].upper()}{title[1:]}", "", *table_of(names, operators, found), ""]
    lines += [
        "# What do I write for what is not there?",
        "",
        "| PyTorch | here |",
        "| --- | --- |",
        *(f"| {theirs} | {ours} |" for theirs, ours in COMPOSITES),
        "",
        "# Where is Core ATen IR?",
        "",
        f"PyTorch 2.15 has {len(overloads)} overloads in it. {len(mapped)} are here:",
        "",
        "| overload | operator |",
        "| --- | --- |",
        *mapped,
        "",
        f"{len(left_out)} are left out:",
        "",
        "| overload | why |",
        "| --- | --- |",
        *left_out,
    ]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operators", type=Path, required=True, help="operators.json of a build")
    parser.add_argument("--probe", required=True, help="the program engine_operator_probe of a build")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page is not current")
    arguments = parser.parse_args()
    operators = {each["name"]: each for each in json.loads(arguments.operators.read_text())}
    found = probe(arguments.probe, operators)
    if missing := [name for name in operators if not found.get(name)]:
        sys.exit(f"no row in tests/unit/engine tests {missing}, or none of them succeeds")
    text = page(operators, found)
    if not arguments.check:
        PAGE.write_text(text)
    elif not PAGE.exists() or PAGE.read_text() != text:
        sys.exit(f"{PAGE.relative_to(ROOT)} is not current; run tools/operator_list.py without --check")


if __name__ == "__main__":
    main()
