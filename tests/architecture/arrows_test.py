"""Holds the arrows between modules: who may include whom, and where heavy dependencies may appear.

The include paths of the CMake targets already keep most forbidden includes from compiling; this test also catches a
target that links more than the design allows, and a heavy header outside its one place.
"""

import pathlib
import re
import sys

ARROWS = {
    "base": set(),
    "data": {"base"},
    "engine": {"base"},
    "sandbox": {"base"},
    "walls": {"base"},
    "host": {"sandbox", "engine", "data", "base"},
    "cli": {"host", "sandbox", "engine", "data", "walls", "base"},
}

# Header prefix -> places that may include it.
HEAVY = {
    r"(torch|ATen|c10)/": ["src/engine/backend/torch/"],
    r"wasmtime|wasm\.h|cloister/wasmtime/": ["src/sandbox/"],
    r"CLI/": ["src/cli/"],
    r"toml\+\+|toml\.hpp": ["src/cli/"],
    r"png\.h": ["src/data/"],
    r"zlib\.h": ["src/data/"],
    r"jpeglib\.h|jerror\.h": ["src/data/"],
    r"openssl/": ["src/base/", "src/attest/"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
SOURCES = {".h", ".hpp", ".cpp", ".cc"}


def violations(root: pathlib.Path) -> list[str]:
    found = []
    source_root = root / "src"
    modules = {path.name for path in source_root.iterdir() if path.is_dir()}
    for unknown in sorted(modules - ARROWS.keys()):
        found.append(f"src/{unknown}: a module without a row in ARROWS")
    for module in sorted(modules & ARROWS.keys()):
        for path in sorted((source_root / module).rglob("*")):
            if path.suffix in SOURCES:
                found += check_file(root, path, module, modules)
        listing = source_root / module / "CMakeLists.txt"
        for linked in set(re.findall(r"cloister::(\w+)", listing.read_text())) & ARROWS.keys():
            if linked != module and linked not in ARROWS[module]:
                found.append(f"src/{module}/CMakeLists.txt: links cloister::{linked}, against the arrows")
    return found


def check_file(root: pathlib.Path, path: pathlib.Path, module: str, modules: set[str]) -> list[str]:
    found = []
    relative = path.relative_to(root).as_posix()
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        header = match.group(1)
        owner = re.match(r"cloister/(\w+)/", header)
        if owner and owner.group(1) in modules and owner.group(1) not in ARROWS[module] | {module}:
            found.append(f"{relative}:{number}: {module} may not include {header}")
        for pattern, places in HEAVY.items():
            if re.match(pattern, header) and not any(relative.startswith(place) for place in places):
                found.append(f"{relative}:{number}: {header} belongs in {' or '.join(places)} only")
    return found


def self_check(root: pathlib.Path) -> None:
    """The check must see a violation when there is one."""
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        fake = pathlib.Path(scratch)
        (fake / "src/base").mkdir(parents=True)
        (fake / "src/engine").mkdir()
        (fake / "src/base/CMakeLists.txt").write_text("cloister_module(base USES cloister::engine)")
        (fake / "src/engine/CMakeLists.txt").write_text("")
        (fake / "src/base/a.cpp").write_text('#include "cloister/engine/tensor.h"\n#include <torch/torch.h>\n')
        assert len(violations(fake)) == 3, violations(fake)


if __name__ == "__main__":
    top = pathlib.Path(sys.argv[1])
    self_check(top)
    problems = violations(top)
    print("\n".join(problems) or "the arrows hold")
    sys.exit(1 if problems else 0)
