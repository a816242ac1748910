# SPDX-License-Identifier: Apache-2.0
# Semaphores with several permits, a bounded one, a barrier, and semaphores as signals in both directions.
#
# expect: silent
import threading

permits = threading.BoundedSemaphore(3)
ping = threading.Semaphore(0)
pong = threading.Semaphore(0)
barrier = threading.Barrier(4)
guard = threading.Lock()
total = 0


def limited():
    global total
    barrier.wait()
    for _ in range(100):
        with permits:
            with guard:
                total += 1
    barrier.wait()


def answer():
    for _ in range(100):
        ping.acquire()
        pong.release()


def ask():
    for _ in range(100):
        ping.release()
        pong.acquire()


threads = [threading.Thread(target=target) for target in [limited] * 4 + [ask, answer]]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(total)
