# SPDX-License-Identifier: Apache-2.0
import json
import subprocess

from suite.detector import Preload
from suite.failure import Failure


class Gordian(Preload):
    name = "gordian"
    place = 2
    peer = False

    def __init__(self, build):
        super().__init__(build)
        self.library = build / "lib/gordian/libgordian.so"

    def variables(self, scratch):
        return {**super().variables(scratch), "GORDIAN_OPTIONS": f"trace-dir={scratch}:report=0"}

    # What it costs to do nothing is not worth measuring: the trace must be there, readable, and hold every acquisition.
    def check(self, scratch, acquisitions):
        if not list(scratch.glob("*.gordian")):
            raise Failure("left no trace")
        command = [self.build / "bin/gordian", "report", "--format=json", "--fail-on=never", scratch]
        report = subprocess.run(command, text=True, capture_output=True)
        if report.returncode != 0:
            raise Failure("its trace cannot be read", report.stderr)
        stats = json.loads(report.stdout)["stats"]
        if stats["acquisitions"] < acquisitions or stats["dropped"] > 0:
            raise Failure("did not record all that was measured",
                          f"{acquisitions:.0f} acquisitions at least; the trace has {stats}")
