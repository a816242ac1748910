# SPDX-License-Identifier: Apache-2.0
from suite.detector import Preload


class Noop(Preload):
    """A preload that stands in front of the same functions as Gordian and jumps on to the real ones."""

    name = "no-op"
    place = 1
    peer = False

    def __init__(self, build):
        super().__init__(build)
        self.library = build / "bench/noop_shim.so"
