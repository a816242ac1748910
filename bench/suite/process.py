# SPDX-License-Identifier: Apache-2.0
"""A program under a detector, which must show that it is."""
import os
import resource
import subprocess
import time
from pathlib import Path

from suite.failure import Failure

LIBC = "libc.so.6"


def mapped_files(pid, names):
    """Those of `names` that a mapped file's name begins with: a version may follow."""
    try:
        lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    except OSError:
        return set()
    mapped = {os.path.basename(fields[5]) for line in lines if len(fields := line.split()) > 5}
    return {name for name in names if any(file.startswith(name) for file in mapped)}


class Process:
    """`proofs`: what the detectors have to show, this one's among them. Output goes to files in `scratch`."""

    def __init__(self, detector, proofs, command, scratch):
        self.detector = detector
        self.scratch = scratch
        self.out, self.err = scratch / "stdout", scratch / "stderr"
        command = [str(part) for part in detector.command([str(part) for part in command], scratch)]
        self.cpu_before = cpu_of_children()
        with self.out.open("w") as out, self.err.open("w") as err:
            self.popen = subprocess.Popen(command, env=detector.environment(scratch), stdin=subprocess.DEVNULL, stdout=out,
                                          stderr=err, cwd=scratch)
        try:
            self.check_proof(proofs)
        except Failure:
            self.popen.kill()
            self.popen.wait()
            raise

    # Waits for libc too: by then the loader has mapped every preload, also one that should not be there.
    def check_proof(self, proofs):
        wanted = {LIBC, self.detector.proof} - {None}
        deadline = time.monotonic() + 20
        while not wanted <= (mapped := mapped_files(self.popen.pid, {LIBC, *proofs})):
            ended = self.popen.poll()
            if ended:
                raise self.failure()
            if ended == 0 or time.monotonic() > deadline:
                raise Failure("was not what ran", f"not mapped: {', '.join(wanted - mapped)}")
            time.sleep(0.001)
        if others := mapped - wanted:
            raise Failure("was not all that ran", f"mapped: {', '.join(others)}")

    def errors(self):
        return self.err.read_text(errors="replace")

    def failure(self):
        return Failure(self.detector.explain(self.popen.returncode, self.errors()), self.errors()[-2000:])

    def cpu(self):
        """Seconds of CPU time so far, while it runs: all its threads."""
        return time.clock_gettime(~self.popen.pid << 3 | 2)  # as clock_getcpuclockid makes it; Python has no name for it

    def finish(self, limit):
        """Waits for its end. Returns the CPU seconds it took, with all its threads."""
        try:
            self.popen.wait(limit)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise Failure(f"over {limit} s") from None
        if self.popen.returncode != 0:
            raise self.failure()
        return cpu_of_children() - self.cpu_before

    def stop(self):
        """Ends a server as its administrator would. The detector may have much to say at the end."""
        self.popen.terminate()
        self.finish(120)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()


# One program at a time is waited for, so what is added between two looks is what that one took.
def cpu_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def wait_until(ready, process, limit):
    deadline = time.monotonic() + limit
    while not ready():
        if process.popen.poll() is not None:
            raise process.failure()
        if time.monotonic() > deadline:
            raise Failure(f"not ready after {limit} s", process.errors()[-2000:])
        time.sleep(0.01)


def run_client(command, limit):
    """The output of a program that asks a server, outside of every detector."""
    try:
        run = subprocess.run([str(part) for part in command], text=True, capture_output=True, timeout=limit)
    except subprocess.TimeoutExpired:
        raise Failure(f"over {limit} s") from None
    if run.returncode != 0:
        raise Failure("did not answer as it should", (run.stdout + run.stderr)[-2000:])
    return run.stdout
