# SPDX-License-Identifier: Apache-2.0
# The second lock is taken when it is wanted: the wait, which happens without the interpreter's lock, is told by the line
# as well.
#
# ignore: lock-held-across-io
# expect: lock-order-cycle tier=plausible locks=2 names=lock_a,lock_b
import threading
import time

from support.in_turn import await_count

lock_a = threading.Lock()
lock_b = threading.Lock()
held, waiter, done = [], [], []


def waits_for_a_lock(thread):
    """By the kernel's word: in a futex call without a time limit, unlike one for the interpreter's lock."""
    with open(f"/proc/self/task/{thread}/syscall", encoding="ascii") as file:
        call = file.read().split()
    return call[0] == "202" and int(call[4], 16) == 0


def first():
    await_count(held, 1)
    with lock_a:  # held: first
        waiter.append(threading.get_native_id())
        with lock_b:  # wanted: first
            pass
    done.append(True)


def second():
    with lock_b:
        held.append(True)
        await_count(waiter, 1)
        while not waits_for_a_lock(waiter[0]):
            time.sleep(0)
    await_count(done, 1)
    with lock_b:  # held: second
        with lock_a:  # wanted: second
            pass


threads = [threading.Thread(target=target) for target in (first, second)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("done")
