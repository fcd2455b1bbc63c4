"""The operator's walls around a run, and `--isolate process`: what stands, what it costs nobody, what a crash leaves."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest

from harness import COMMAND, COMPONENTS, POOL, Case, backend, idx_images, needs_torch, transfer_flags


def children(pid: int) -> list[int]:
    """Those that have not been waited for; none of a process that has ended."""
    try:
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for child in text.split()]


def status_of(task: pathlib.Path) -> str:
    """Of a thread or a process; empty when it has ended meanwhile."""
    try:
        return (task / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Walls(Case):
    def test_the_record_says_which_stand(self):
        self.assertEqual(self.run_guest("empty", "--directory", "run").code, 0)
        walls = {wall["id"]: wall for wall in self.record()["walls"]}
        self.assertEqual(sorted(walls), ["capabilities", "core-dumps", "files", "privileges", "system-calls"])
        self.assertTrue(walls["privileges"]["on"] and walls["capabilities"]["on"] and walls["core-dumps"]["on"])
        self.assertTrue(all(wall["detail"] for wall in walls.values()))

    def test_the_doctor_says_the_same(self):
        self.run_guest("empty", "--directory", "run")
        said = self.cloister("doctor").out.decode()
        for wall in self.record()["walls"]:
            self.assertRegex(said, rf"wall-{wall['id']} +{'ok' if wall['on'] else 'absent'} ")

    def test_they_can_be_left_down_for_a_debugger(self):
        ended = self.run_guest("empty", "--directory", "run", env={"CLOISTER_WALLS": "off"})
        self.assertEqual(ended.code, 0, ended)
        self.assertFalse(any(wall["on"] for wall in self.record()["walls"]))
        self.assert_refused(self.run_guest("empty", env={"CLOISTER_WALLS": "low"}), 3, "CLOISTER_WALLS", "on or off")
        self.assertFalse((self.folder / "runs").exists())

    def test_a_running_guest_is_behind_them(self):
        """As the kernel tells it, of every thread."""
        with subprocess.Popen([COMMAND, "run", COMPONENTS / "misuse.wasm", *backend(), "--directory", "run", "--",
                               "--case", "endless-loop"], cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                # The metrics file is opened when the guest is about to start, behind the walls, on a thread of its own.
                tasks = pathlib.Path(f"/proc/{process.pid}/task")
                while not (self.folder / "run/metrics.jsonl").exists() or len(list(tasks.iterdir())) < 2:
                    self.assertIsNone(process.poll())
                    time.sleep(0.01)
                statuses = [status for status in map(status_of, tasks.iterdir()) if status]
            finally:
                process.kill()
        walls = self.cloister("doctor").out.decode()
        for status in statuses:
            facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
            self.assertEqual(facts["NoNewPrivs"].strip(), "1")
            if re.search(r"wall-system-calls +ok ", walls):
                self.assertEqual(facts["Seccomp"].strip(), "2")
            self.assertEqual(int(facts["CapEff"], 16) & ~(1 << 1), 0)
        self.assertGreater(len(statuses), 0)

    def test_a_library_that_others_can_replace_is_not_loaded(self):
        libraries = self.folder / "libraries"
        libraries.mkdir()
        libraries.chmod(0o777)
        ended = self.run_guest("hello", "--backend", "torch", "--directory", "run",
                               env={"LD_LIBRARY_PATH": str(libraries)})
        if "no file" in ended.err:
            self.skipTest("this build has no libtorch backend")
        self.assert_stopped(ended, 6, "libraries", "others can write to", "chmod go-w")


class OwnProcess(Case):
    def start(self, *guest, flags=()) -> subprocess.Popen:
        return subprocess.Popen([COMMAND, "run", COMPONENTS / "misuse.wasm", *backend(), "--isolate", "process",
                                 "--directory", "run", *flags, "--", *guest], cwd=self.folder,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def started(self, process: subprocess.Popen) -> int:
        """The child, once its guest is about to run."""
        while not (self.folder / "run/metrics.jsonl").exists():
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        [child] = children(process.pid)
        return child

    def await_end(self, child: int):
        """Of a child whose parent has ended: it stops in order, and still writes its record into the test's folder."""
        for _ in range(6000):
            status = status_of(pathlib.Path(f"/proc/{child}"))
            # A zombie has ended too: whoever inherited it here may never look.
            if not status or "State:\tZ" in status:
                return
            time.sleep(0.01)
        os.kill(child, signal.SIGKILL)
        self.fail("the child lives on")

    def ended_by(self, number: int) -> tuple[int, str]:
        with self.start("--case", "endless-loop") as process:
            child = self.started(process)
            (self.folder / f"run/weights.{child}-0.partial").write_text("half")
            # The first SIGSEGV only takes down the sandbox's handler: nothing faulted, so the guest goes on.
            while children(process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, number)
                time.sleep(0.05)
            out, err = process.communicate(timeout=100)
        self.assertEqual(out, b"")
        self.assertEqual([], list(self.folder.rglob("*.partial")))
        return process.returncode, err.decode()

    def test_a_crash_is_told_and_recorded(self):
        for number in [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS]:
            with self.subTest(signal=number):
                code, err = self.ended_by(number)
                self.assertEqual(code, 70, err)
                self.assertIn("crashed", err)
                record = self.record()
                self.assertEqual((record["status"], record["exit_code"]), ("failed", 70))
                self.assertIn("crashed", record["error"])
                self.assertNotEqual(record["component"]["sha256"].strip("0"), "")
                self.assert_runs_well_again()

    def assert_runs_well_again(self):
        for path in ["run", "after"]:
            subprocess.run(["rm", "-r", str(self.folder / path)], check=False, capture_output=True)
        self.assert_runs_well()

    def test_a_kill_is_the_machines(self):
        code, err = self.ended_by(signal.SIGKILL)
        self.assertEqual(code, 6, err)
        self.assertIn("was killed", err)
        self.assertEqual(self.record()["status"], "failed")

    def test_cpu_time_is_a_limit(self):
        code, err = self.ended_by(signal.SIGXCPU)
        self.assertEqual(code, 4, err)
        self.assertIn("--limit cpu", err)
        self.assertEqual(self.record()["status"], "limit")

    def test_a_stop_is_passed_on_once(self):
        with self.start("--case", "endless-loop") as process:
            self.started(process)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn(b"stopping in order", err)
        self.assertEqual(self.record()["status"], "interrupted")

    def test_the_child_ends_with_its_parent(self):
        with self.start("--case", "endless-loop") as process:
            child = self.started(process)
            process.kill()
            process.wait()
            self.await_end(child)

    def test_the_parent_holds_nothing(self):
        with self.start("--case", "endless-loop") as process:
            child = self.started(process)
            maps = pathlib.Path(f"/proc/{process.pid}/maps").read_text()
            limits = pathlib.Path(f"/proc/{child}/limits").read_text()
            process.kill()
            process.wait()
            self.await_end(child)
        self.assertNotIn("libtorch", maps)
        self.assertRegex(limits, r"Max core file size +0 ")
        self.assertRegex(limits, r"Max open files +1024 +1024 ")
        self.assertNotRegex(limits, r"Max data size +unlimited")
        self.assertNotRegex(limits, r"Max cpu time +unlimited")

    def test_the_exit_code_and_the_record_pass_through(self):
        ended = self.misuse("returned-error", "--isolate", "process")
        self.assert_stopped(ended, 1, "failed as it was asked to")
        self.assertTrue(self.record()["isolated"])

    @needs_torch
    def test_the_bytes_are_the_same(self):
        train, test = idx_images(self.folder / "data", "train", 60), idx_images(self.folder / "data", "t10k", 20, seed=1)
        weights = []
        for isolation in ["none", "process"]:
            ended = self.run_guest("transfer", *transfer_flags(train, test), "--out", f"weights={isolation}.safetensors",
                                   "--directory", isolation, "--isolate", isolation, guest=[*POOL, "--epochs", "2"])
            self.assertEqual(ended.code, 0, ended)
            weights.append(((self.folder / f"{isolation}.safetensors").read_bytes(),
                            (self.folder / isolation / "metrics.jsonl").read_bytes()))
        self.assertEqual(*weights)

    def test_the_job_file_asks_for_it(self):
        component = COMPONENTS / "empty.wasm"
        (self.folder / "job.toml").write_text(f'component = "{component}"\nisolate = "process"\ndirectory = "run"\n')
        self.assertEqual(self.cloister("run", "job.toml", *backend()).code, 0)
        self.assertTrue(self.record()["isolated"])
        self.assertIn('isolate = "process"', (self.folder / "run/job.toml").read_text())
        self.assert_refused(self.cloister("run", component, "--isolate", "container"), 2, "container", "process or none")

    def test_a_parent_that_ignores_the_ends_of_its_children(self):
        ended = self.run_guest("empty", "--isolate", "process", timeout=60,
                               preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        self.assertEqual(ended.code, 0, ended)

    def test_closed_standard_streams(self):
        for isolation in ["none", "process"]:
            for closed in [[1], [2], [0, 1, 2]]:
                with self.subTest(isolation=isolation, closed=closed):
                    directory = f"{isolation}-{len(closed)}-{closed[0]}"
                    ended = self.run_guest("empty", "--isolate", isolation, "--directory", directory, timeout=60,
                                           preexec_fn=lambda closed=closed: [os.close(fd) for fd in closed])
                    self.assertEqual(ended.code, 0, ended)
                    self.assertEqual((self.folder / directory / "metrics.jsonl").read_bytes(), b"")

    def test_a_refusal_leaves_nothing(self):
        (self.folder / "bad.wasm").write_text("no component")
        self.assert_refused(self.cloister("run", "bad.wasm", "--isolate", "process"), 3, "not WebAssembly")
        self.assertEqual(["bad.wasm"], os.listdir(self.folder))


class Instances(Case):
    @needs_torch
    def test_a_thousand_live_at_once_within_their_quotas(self):
        """Each has a tensor, fills its quotas of tensors, handles, metrics, egress and memory and is refused at them: the
        benchmark fails otherwise."""
        ended = self.cloister("bench", "instances", "--instances", "1000", "--json", "found.json")
        self.assertEqual(ended.code, 0, ended)
        figures = json.loads((self.folder / "found.json").read_text())["figures"]
        self.assertLessEqual(figures["instances.pss_kib"], 150)


if __name__ == "__main__":
    unittest.main()
