# SPDX-License-Identifier: Apache-2.0
# Locks taken by a helper that more functions lie behind than are part of a call path: the evidence goes on to those that
# are still running, so that it names the functions that matter.
#
# expect: lock-order-cycle tier=plausible locks=2 names=lock_a,lock_b functions=descend,take holders=transfer,refund
import contextlib
import threading

from support.in_turn import run_in_turn

lock_a = threading.Lock()
lock_b = threading.Lock()


@contextlib.contextmanager
def take(lock):
    with lock:
        yield


def descend(depth, first, then):
    if depth > 0:
        return descend(depth - 1, first, then)
    with take(first):
        with take(then):
            return depth


def transfer():
    return descend(12, lock_a, lock_b)


def refund():
    return descend(12, lock_b, lock_a)


run_in_turn(transfer, refund)
print("done")
