# SPDX-License-Identifier: Apache-2.0
# Two locks always in the same order, also when another line or another thread takes them.
#
# expect: silent
import threading

from support.in_turn import run_in_turn

lock_a = threading.Lock()
lock_b = threading.Lock()


def nested():
    with lock_a:
        with lock_b:
            pass


def one_after_the_other():
    with lock_b:
        pass
    with lock_a, lock_b:
        pass
    lock_a.acquire()
    lock_a.release()


run_in_turn(nested, one_after_the_other, nested)
print("done")
