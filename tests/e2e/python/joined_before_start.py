# SPDX-License-Identifier: Apache-2.0
# Opposite orders by two threads, of which one was joined before the other was started.
#
# expect: lock-order-cycle tier=ordered locks=2
import threading

lock_a = threading.Lock()
lock_b = threading.Lock()


def first():
    with lock_a:
        with lock_b:
            pass


def second():
    with lock_b:
        with lock_a:
            pass


for target in first, second:
    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
print("done")
