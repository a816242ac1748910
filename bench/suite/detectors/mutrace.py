# SPDX-License-Identifier: Apache-2.0
import shutil

from suite.detector import Detector


class Mutrace(Detector):
    """Looks for contention, and knows no lock order. Debian has not had it since 2020."""

    name = "mutrace"
    place = 6
    rounds = 3
    work = 0.1
    proof = "libmutrace.so"

    def missing(self):
        return None if shutil.which("mutrace") else "it is not installed"

    def command(self, command, scratch):
        return ["mutrace", "--", *command]
