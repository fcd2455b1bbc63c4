"""Every fenced block of README.md and docs/ says how it is held, and is held so.

The line before a fence is one of
  <!-- snippet: run -->               each line is run by sh from the top of the checkout; it must exit 0
  <!-- snippet: file PATH -->         the block is that file, letter for letter (the build compiles it)
  <!-- snippet: part PATH -->         the block stands in that file, letter for letter
  <!-- snippet: output -->            what a command prints, for reading only
  <!-- snippet: by hand, REASON -->   not run, for the reason given
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\S*)\s*$")
NOTE = re.compile(r"^\s*<!-- snippet: (?P<kind>run|output|file|part|by hand)(?:,? (?P<rest>.+?))? -->\s*$")


class Block:
    def __init__(self, page, line, note, text):
        self.page, self.line, self.note, self.text = page, line, note, text

    def __str__(self):
        return f"{self.page}:{self.line}"


def blocks(page: str, text: str):
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        fence = FENCE.match(lines[number])
        if not fence:
            number += 1
            continue
        note = NOTE.match(lines[number - 1]) if number else None
        body = []
        start = number + 1
        number += 1
        while number < len(lines) and lines[number].strip() != "```":
            body.append(lines[number])
            number += 1
        number += 1
        yield Block(page, start, note, "\n".join(body) + "\n")


def check(block: Block, root: pathlib.Path, environment: dict) -> str | None:
    if block.note is None:
        return f"{block}: a fenced block without a snippet note in the line before it"
    kind, rest = block.note["kind"], block.note["rest"]
    if kind in ("file", "part"):
        path = root / (rest or "")
        if not path.is_file():
            return f"{block}: no such file: {rest}"
        source = path.read_text()
        same = source == block.text if kind == "file" else block.text in source
        return None if same else f"{block}: differs from {rest}"
    if kind == "by hand":
        return None if rest else f"{block}: 'by hand' needs a reason"
    if kind == "output":
        return None
    done = subprocess.run(["sh", "-euc", block.text], cwd=root, env=environment, capture_output=True, text=True, timeout=240)
    if done.returncode == 0:
        return None
    return f"{block}: exit code {done.returncode}\n{done.stdout}{done.stderr}"


def self_check() -> list[str]:
    page = "x\n<!-- snippet: run -->\n```sh\ntrue\n```\n<!-- snippet: run -->\n```sh\nfalse\n```\n```\nbare\n```\n"
    page += "<!-- snippet: file a.txt -->\n```\nA\n```\n<!-- snippet: part a.txt -->\n```\nB\n```\n"
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch)
        (root / "a.txt").write_text("A\n")
        found = [check(block, root, dict(os.environ)) for block in blocks("page", page)]
    held = [problem is None for problem in found]
    return [] if held == [True, False, False, True, False] else [f"self check: {found}"]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--self-check", action="store_true")
    parser.add_argument("--root", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--cache", type=pathlib.Path)
    options = parser.parse_args()
    problems = self_check()
    if not options.self_check:
        with tempfile.TemporaryDirectory() as scratch:
            environment = dict(os.environ, PATH=f"{options.build}/bin:{os.environ['PATH']}", CLOISTER_CACHE=str(options.cache),
                               SCRATCH=scratch, COMPONENTS=f"{options.build}/components", DATA=f"{options.cache}/data")
            pages = [options.root / "README.md", *sorted((options.root / "docs").glob("*.md"))]
            for page in pages:
                name = page.relative_to(options.root).as_posix()
                for block in blocks(name, page.read_text()):
                    problem = check(block, options.root, environment)
                    if problem:
                        problems.append(problem)
    print("\n".join(problems) or "every snippet holds")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
