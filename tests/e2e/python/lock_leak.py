# SPDX-License-Identifier: Apache-2.0
# An exception passes the release of a lock, and the thread ends.
#
# expect: semaphore-leak tier=observed locks=1 names=lock functions=work,worker reason=posted
import threading

lock = threading.Lock()


def work(job):
    lock.acquire()
    if job == 2:
        raise ValueError(job)
    lock.release()


def worker():
    try:
        for job in range(3):
            work(job)
    except ValueError as error:
        print("failed:", error)


thread = threading.Thread(target=worker)
thread.start()
thread.join()
