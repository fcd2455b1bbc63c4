"""What a person sees: the live line, Ctrl-C, and guest text that cannot move the cursor."""

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import time
import unittest

from harness import COMMAND, COMPONENTS, POOL, Case, backend, idx_images, needs_torch, transfer_flags


class Session:
    """The command with a terminal of its own for all three streams, or pipes for standard output and error.

    Reading gives up before ctest would, so that a command that hangs is killed and not left behind.
    """

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
        self.give_up = time.monotonic() + 150

    def read(self, seconds: float) -> bool:
        """Reads what comes; False at the end."""
        assert time.monotonic() < self.give_up, f"still running: {self.seen!r}"
        if not select.select([self.source], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.source, 65536)
        except OSError:  # a terminal whose other side is gone
            data = b""
        self.seen += data.decode(errors="replace")
        return bool(data)

    def wait_for(self, pattern: str):
        while not re.search(pattern, self.seen):
            assert self.read(0.2), f"ended without {pattern!r}: {self.seen!r}"

    def wait_for_work(self, seconds: float):
        """Until the command has used so much more of a processor."""
        def used():
            with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
                user, system = stat.read().rpartition(")")[2].split()[11:13]
            return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

        enough = used() + seconds
        while used() < enough:
            assert self.read(0.05), f"ended before it worked: {self.seen!r}"

    def interrupt(self, number=signal.SIGINT):
        self.process.send_signal(number)

    def finish(self) -> int:
        while self.read(0.2):
            pass
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

    def test_redrawn_while_the_guest_works(self):
        session = self.transfer(100000)
        session.wait_for(r"(\rtraining[^\r\n]*\x1b\[K){5}")
        session.interrupt()
        self.assertEqual(session.finish(), 130)

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
        while not (self.folder / "run/metrics.jsonl").exists():
            assert session.read(0.05), f"ended early: {session.seen!r}"
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
        # The loss is reported after each hundredth part.
        session = self.transfer(20_000)
        session.wait_for(r"\rtraining[^\r]*loss")
        session.interrupt()
        self.ends_in_order(session)
        points = (self.folder / "run/metrics.jsonl").read_text().splitlines()
        self.assertGreater(len([json.loads(point) for point in points]), 0)
        self.assertTrue((self.folder / "run/loss.svg").is_file())
        self.assertFalse((self.folder / "run/outputs/weights").exists())

    @needs_torch
    def test_second_one_ends_at_once(self):
        session = self.session("misuse", "--limit", "tensors=2TiB", "--threads", "1", guest=["--case", "long-operator"])
        session.wait_for("about to sum")
        # What takes this much of a processor from here on is the operator: the first signal cannot end it.
        session.wait_for_work(seconds=0.5)
        session.interrupt()
        session.wait_for("stopping in order")
        session.interrupt()
        self.assertEqual(session.finish(), 130)
        self.assertIn("stopped at once", session.seen)
        self.assertEqual([], list(self.folder.rglob("*.partial")))


# So that nothing but what a test is about ends a guest that prints for ever.
FLOOD = ["--limit", "egress=1TiB", "--limit", "print=1TiB"]


class Unread(Case):
    """Standard output and error go to a pipe or terminal that nobody reads."""

    def start(self, case: str, *flags, full=True, terminal=False):
        reader, writer = pty.openpty() if terminal else os.pipe()
        self.addCleanup(os.close, reader)
        if full and not terminal:
            os.set_blocking(writer, False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    os.write(writer, bytes(4096))
            os.set_blocking(writer, True)
        words = ["run", COMPONENTS / "misuse.wasm", *backend(), "--directory", "run", *flags, "--", "--case", case]
        process = subprocess.Popen([COMMAND, *map(str, words)], cwd=self.folder, stdin=subprocess.DEVNULL,
                                   stdout=writer, stderr=writer, start_new_session=True,
                                   env={**os.environ, "TERM": "xterm"})
        os.close(writer)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        give_up = time.monotonic() + 100
        while not (self.folder / "run/metrics.jsonl").exists():
            assert process.poll() is None and time.monotonic() < give_up, "no run started"
            time.sleep(0.05)
        time.sleep(0.5)
        return process

    def test_interrupt(self):
        for number, (case, flags) in enumerate({"endless-loop": [], "stdout-flood": FLOOD,
                                                "stderr-flood": FLOOD}.items()):
            for full in [True, False]:
                with self.subTest(case, full=full):
                    process = self.start(case, *flags, full=full)
                    process.send_signal([signal.SIGINT, signal.SIGTERM][number % 2])
                    self.assertEqual(process.wait(timeout=60), 130)
                    self.assertEqual(self.record()["status"], "interrupted")
                    shutil.rmtree(self.folder / "run")

    def test_interrupt_of_a_terminal(self):
        for case in ["stdout-flood", "stderr-flood"]:
            with self.subTest(case):
                process = self.start(case, *FLOOD, terminal=True)
                process.send_signal(signal.SIGINT)
                self.assertEqual(process.wait(timeout=60), 130)
                shutil.rmtree(self.folder / "run")

    @needs_torch
    def test_second_one_ends_at_once(self):
        process = self.start("long-operator", "--limit", "tensors=2TiB", "--threads", "1")
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 130)
        self.assertFalse((self.folder / "run/run.json").exists())

    def test_limit_of_time(self):
        process = self.start("stdout-flood", *FLOOD, "--limit", "time=1s")
        self.assertEqual(process.wait(timeout=60), 4)
        self.assertEqual(self.record()["status"], "limit")


if __name__ == "__main__":
    unittest.main()
