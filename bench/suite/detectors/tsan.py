# SPDX-License-Identifier: Apache-2.0
import re

from suite.detector import Detector


class Tsan(Detector):
    name = "TSan"
    place = 3
    recompiles = True
    micro = "bench/micro-tsan"
    rounds = 3
    work = 0.1
    proof = "libtsan.so"

    def missing(self):
        there = (self.build / self.micro).is_dir()
        return None if there else "this compiler has no -fsanitize=thread"

    # What it reports is no failure, and not to be looked up in debug information while time is taken; where it gives up, it
    # shall not end with status 0.
    def variables(self, scratch):
        return {"TSAN_OPTIONS": "detect_deadlocks=1:halt_on_error=0:exitcode=0:abort_on_error=1:symbolize=0"}

    def explain(self, status, errors):
        check = re.search(r"CHECK failed: (\S+) ", errors)
        return f"dies: CHECK in {check.group(1)}" if check else super().explain(status, errors)
