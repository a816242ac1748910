# SPDX-License-Identifier: Apache-2.0
# Opposite orders in the child of a fork: its trace has names of its own for the lines, also for the line in which its
# parent took a lock that the child goes on to hold.
#
# expect: lock-order-cycle tier=plausible locks=2 names=lock_a,lock_b functions=child
import os
import threading

from support.in_turn import await_count

lock_a = threading.Lock()
lock_b = threading.Lock()
started, turn = [], []


def opposite():
    started.append(True)
    await_count(turn, 1)
    with lock_b:  # held: opposite
        with lock_a:  # wanted: opposite
            pass


def child():
    thread = threading.Thread(target=opposite)
    thread.start()
    await_count(started, 1)
    with lock_b:  # wanted: inherited
        pass
    lock_a.release()
    turn.append(True)
    thread.join()


lock_a.acquire()  # held: inherited
process = os.fork()
if process == 0:
    child()
    os._exit(0)
lock_a.release()
print(os.waitpid(process, 0)[1])
