# SPDX-License-Identifier: Apache-2.0
# Three threads, three locks of one list, each thread one step further.
#
# expect: same-class-nesting tier=plausible locks=3 names=locks[]
import threading

from support.in_turn import run_in_turn

locks = [threading.Lock() for _ in range(3)]


def dine(left, right):
    with locks[left]:  # held: dine
        with locks[right]:  # wanted: dine
            pass


run_in_turn(lambda: dine(0, 1), lambda: dine(1, 2), lambda: dine(2, 0))
print("done")
