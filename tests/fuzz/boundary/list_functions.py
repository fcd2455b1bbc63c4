#!/usr/bin/env python3
"""list_functions.py BINDINGS OUT: what the boundary's fuzzer must know of the generated interfaces, as C++: each function, the
fields of each record that a guest gives, the number of cases of each enumeration. Nothing of the contract can be forgotten so.
"""

import pathlib
import re
import sys

# `exit` needs a guest that runs; the others have nothing to call but what every interface has.
LEFT_OUT = {"wasi_cli/exit", "wasi_filesystem/types"}


def main():
    bindings = pathlib.Path(sys.argv[1]) / "cloister" / "bindings"
    records, functions = [], []
    for header in sorted(bindings.glob("*/*.h")):
        interface = f"{header.parent.name}/{header.stem}"
        text = header.read_text()
        if header.stem.endswith("_codec") or interface in LEFT_OUT:
            continue
        space = interface.replace("/", "::")
        for name, body in re.findall(r"^enum class (\w+) : [\w:]+ \{\n(.*?)^\};", text, re.MULTILINE | re.DOTALL):
            cases = len(re.findall(r"^  \w+,$", body, re.MULTILINE))
            records.append(f"template <>\ninline constexpr std::size_t kCases<{space}::{name}> = {cases};")
        for name, body in re.findall(r"^struct (\w+) \{\n(.*?)^\};", text, re.MULTILINE | re.DOTALL):
            if "std::variant<" in body:
                continue
            fields = re.findall(r"^  [^/\n]*\b(\w+)(?:\{\})?;$", body, re.MULTILINE)
            draws = ", ".join(f".{field} = source.template draw<decltype({space}::{name}::{field})>()" for field in fields)
            records.append(f"template <class Source>\nstruct DrawRecord<{space}::{name}, Source> {{\n"
                           f"  static {space}::{name} from(Source& source) {{ return {{{draws}}}; }}\n}};")
        for function in re.findall(r"^  virtual sandbox::Call<.*> (\w+)\(.*\) = 0;$", text, re.MULTILINE):
            functions.append(f"BOUNDARY_FUNCTION({space}, {function})")
    out = pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    (out / "records.inc").write_text("\n".join(records) + "\n")
    (out / "functions.inc").write_text("\n".join(functions) + "\n")


if __name__ == "__main__":
    main()
