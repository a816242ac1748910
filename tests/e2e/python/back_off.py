# SPDX-License-Identifier: Apache-2.0
# Opposite orders, but whoever cannot have the second lock at once gives up: no deadlock.
#
# expect: silent
import threading

from support.in_turn import run_in_turn

lock_a = threading.Lock()
lock_b = threading.RLock()


def first():
    with lock_a:
        if lock_b.acquire(blocking=False):
            lock_b.release()


def second():
    with lock_b:
        if lock_a.acquire(False):
            lock_a.release()


def third():
    with lock_b:
        if lock_a.acquire(timeout=0):
            lock_a.release()


run_in_turn(first, second, third)
print("done")
