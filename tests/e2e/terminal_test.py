"""What a person sees: the live line, Ctrl-C, and guest text that cannot move the cursor."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

from harness import COMMAND, COMPONENTS, POOL, Case, backend, idx_images, needs_torch, transfer_flags


class Session:
    """The command with a terminal of its own for all three streams, or pipes for standard output and error."""

    def __init__(self, folder, words, columns=None):
        self.controller = None
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        if columns:
            self.controller, terminal = pty.openpty()
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            streams = dict.fromkeys(streams, terminal)
        self.process = subprocess.Popen([COMMAND, *map(str, words)], cwd=folder, start_new_session=True,
                                        env={**os.environ, "TERM": "xterm"}, **streams)
        if columns:
            os.close(terminal)
        self.source = self.controller if columns else self.process.stdout.fileno()
        self.seen = ""

    def read(self, seconds: float) -> bool:
        """Reads what comes; False at the end."""
        if not select.select([self.source], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.source, 65536)
        except OSError:  # a terminal whose other side is gone
            data = b""
        self.seen += data.decode(errors="replace")
        return bool(data)

    def wait_for(self, pattern: str, seconds=90.0):
        end = time.monotonic() + seconds
        while not re.search(pattern, self.seen):
            assert time.monotonic() < end, f"no {pattern!r} in {self.seen!r}"
            assert self.read(0.2), f"ended without {pattern!r}: {self.seen!r}"

    def interrupt(self, number=signal.SIGINT):
        self.process.send_signal(number)

    def finish(self, seconds=90.0) -> int:
        end = time.monotonic() + seconds
        while self.read(0.2):
            assert time.monotonic() < end, f"still running: {self.seen!r}"
        code = self.process.wait(timeout=30)
        if self.controller:
            os.close(self.controller)
        else:
            self.process.stdout.close()
        return code


class Screen(Case):
    def session(self, name: str, *flags, guest=(), columns=100):
        words = ["run", COMPONENTS / f"{name}.wasm", *backend(), "--directory", "run", *flags, "--", *guest]
        session = Session(self.folder, words, columns)

        def stop():
            if session.process.poll() is None:
                session.process.kill()
                session.process.wait()

        self.addCleanup(stop)
        return session

    def transfer(self, epochs: int, columns=100):
        train = idx_images(self.folder / "data", "train", 60)
        return self.session("transfer", *transfer_flags(train, train), "--out", "weights",
                            guest=[*POOL, "--epochs", epochs, "--train-batch", "16"], columns=columns)


@needs_torch
class Progress(Screen):
    def test_live_line(self):
        session = self.transfer(3000)
        session.wait_for(r"\rtraining +[\d,]+/3,000 +\(\d+ %\) +loss [\d.e-]+ +[\d,.]+ images/s +\d+:\d\d left")
        session.interrupt()
        self.assertEqual(session.finish(), 130)
        self.assertLessEqual(max(len(line) for line in re.findall(r"\r([^\x1b\r\n]*)", session.seen)), 99)

    def test_redrawn_at_most_ten_times_a_second(self):
        session = self.transfer(100000)
        session.wait_for(r"\rtraining")
        before, start = len(session.seen), time.monotonic()
        while time.monotonic() < start + 2:
            session.read(0.1)
        redraws = session.seen[before:].count("\rtraining")
        session.interrupt()
        session.finish()
        self.assertGreater(redraws, 2)
        self.assertLessEqual(redraws, 21)

    def test_narrow_terminal(self):
        session = self.transfer(3000, columns=30)
        session.wait_for(r"\rtraining +[\d,]+/3,000")
        session.interrupt()
        session.finish()
        drawn = re.findall(r"\r([^\x1b\r\n]*)\x1b\[K", session.seen)
        self.assertLessEqual(max(map(len, drawn)), 29)

    def test_plain_lines_elsewhere(self):
        session = self.transfer(100000, columns=None)
        session.wait_for(r"cloister: [^\n]*\n[^\0]*cloister: training [^\n]*left\n")
        session.interrupt()
        session.finish()
        self.assertNotIn("\r", session.seen)
        self.assertNotIn("\x1b", session.seen)


class Text(Screen):
    def test_guest_cannot_move_the_cursor(self):
        session = self.session("misuse", guest=["--case", "terminal-escapes"])
        self.assertEqual(session.finish(), 1)
        self.assertIn("\\x1b[2J\\x1b]0;owned\\x07plain\\x0d\r\n", session.seen)
        self.assertNotIn("\x1b[2J", session.seen)
        self.assertNotIn("\x1b]0;", session.seen)
        self.assertNotIn("\x1b[31m", session.seen)


class Interrupt(Screen):
    def loops(self, case: str, columns=100):
        session = self.session("misuse", guest=["--case", case], columns=columns)
        end = time.monotonic() + 60
        while not (self.folder / "run/metrics.jsonl").exists():
            self.assertLess(time.monotonic(), end, session.seen)
            session.read(0.05)
        time.sleep(0.3)
        return session

    def ends_in_order(self, session):
        self.assertEqual(session.finish(), 130)
        self.assertIn("stopping in order", session.seen)
        self.assertIn("what was finished is in run", session.seen)
        self.assertEqual(self.record()["status"], "interrupted")
        self.assertEqual(self.record()["exit_code"], 130)

    def test_ends_a_loop(self):
        session = self.loops("endless-loop")
        session.interrupt()
        self.ends_in_order(session)
        self.assert_runs_well()

    def test_ends_host_calls_without_a_terminal(self):
        session = self.loops("endless-host-calls", columns=None)
        session.interrupt()
        self.ends_in_order(session)

    def test_termination_is_the_same(self):
        session = self.loops("endless-loop")
        session.interrupt(signal.SIGTERM)
        self.ends_in_order(session)

    @needs_torch
    def test_keeps_what_is_finished(self):
        session = self.transfer(1_000_000)
        session.wait_for(r"\rtraining[^\r]*loss")
        session.interrupt()
        self.ends_in_order(session)
        points = (self.folder / "run/metrics.jsonl").read_text().splitlines()
        self.assertGreater(len([json.loads(point) for point in points]), 0)
        self.assertTrue((self.folder / "run/loss.svg").is_file())
        self.assertFalse((self.folder / "run/outputs/weights").exists())

    @needs_torch
    def test_second_one_ends_at_once(self):
        session = self.loops("endless-long-operators")
        session.interrupt()
        session.wait_for("stopping in order")
        start = time.monotonic()
        session.interrupt()
        code = session.finish()
        self.assertEqual(code, 130)
        # The first may have won the race against an operator of a second.
        if "stopped at once" in session.seen:
            self.assertLess(time.monotonic() - start, 1)
        self.assertEqual([], list(self.folder.rglob("*.partial")))


if __name__ == "__main__":
    unittest.main()
