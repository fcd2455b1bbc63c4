"""The man page: every subcommand and flag that `--help` tells of stands in it, in its own section, and no other."""

import pathlib
import re
import shutil
import subprocess
import unittest

from harness import Case

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/cloister.1"


def sections() -> dict[str, str]:
    """The text of each `.Ss`, by its title."""
    parts = re.split(r"^\.S[sh] (.+)$", PAGE.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def documented(section: str) -> set[str]:
    """The flags that have an item: `.It Fl h , Fl -help`."""
    return {flag for item in re.findall(r"^\.It (Fl .+)$", section, re.MULTILINE)
            for flag in re.findall(r"Fl -([a-z-]+)", item)}


class ManPage(Case):
    def tree(self, *words: str) -> dict[str, set[str]]:
        """Flags by subcommand, as the help tells them; `--help` itself is told once, at the top."""
        ended = self.cloister(*words, "--help")
        self.assertEqual(ended.code, 0, ended)
        text = ended.out.decode()
        flags = set(re.findall(r"^  (?:-\w,)?--([a-z-]+)", text, re.MULTILINE))
        self.assertIn("help", flags)
        found = {" ".join(["cloister", *words]): flags - ({"help"} if words else set())}
        below = re.search(r"\nSubcommands:\n((?:  .*\n)+)", text)
        for child in re.findall(r"^  (\w+)", below[1], re.MULTILINE) if below else []:
            found |= self.tree(*words, child)
        return found

    def test_tells_what_the_help_tells(self):
        page = {title: documented(text) for title, text in sections().items() if title.startswith("cloister")}
        self.assertEqual(self.tree(), page)

    def test_tells_every_exit_code(self):
        table = re.findall(r"^\| (\d+) \|", (ROOT / "docs/exit-codes.md").read_text(), re.MULTILINE)
        self.assertEqual(re.findall(r"^\.It (\d+)$", sections()["EXIT STATUS"], re.MULTILINE), table)

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_renders_without_a_warning(self):
        done = subprocess.run(["groff", "-mandoc", "-Tutf8", "-ww", PAGE], capture_output=True, check=True, timeout=60)
        self.assertEqual(done.stderr.decode(), "")
        self.assertIn("--max-size", re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout.decode()))


if __name__ == "__main__":
    unittest.main()
