# SPDX-License-Identifier: Apache-2.0
# Two threads take two locks in opposite orders, at different times. Other lines take the same locks in the same way.
#
# expect: lock-order-cycle tier=plausible locks=2 names=lock_a,lock_b functions=first,second modes=blocking
# stderr: lock-order-cycle
import threading

from support.in_turn import run_in_turn

lock_a = threading.Lock()
lock_b = threading.Lock()


def first():
    with lock_a:
        pass
    with lock_a:  # held: first
        with lock_b:  # wanted: first
            pass


def second():
    with lock_b:  # held: second
        unrelated = 1
        with lock_a:  # wanted: second
            unrelated += 1


run_in_turn(first, second)
print("done")
