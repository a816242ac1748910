# SPDX-License-Identifier: Apache-2.0
import shutil

from suite.detector import Detector


class Valgrind(Detector):
    rounds = 2
    work = 0.005
    tool = ""

    @property
    def proof(self):
        return f"{self.tool}-amd64-linux"

    def missing(self):
        return None if shutil.which("valgrind") else "it is not installed (apt install valgrind)"

    def command(self, command, scratch):
        return ["valgrind", f"--tool={self.tool}", f"--log-file={scratch}/valgrind.%p", *command]
