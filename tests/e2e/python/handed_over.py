# SPDX-License-Identifier: Apache-2.0
# A lock that one thread takes and another releases is a signal; opposite orders with it are no deadlock.
#
# expect: silent
import threading

from support.in_turn import run_in_turn

baton = threading.Lock()
guard = threading.Lock()


def take():
    with guard:
        baton.acquire()


def give_back():
    baton.release()


def take_first():
    baton.acquire()
    with guard:
        pass


run_in_turn(take, give_back, take_first, give_back)
print("done")
