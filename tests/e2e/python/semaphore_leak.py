# SPDX-License-Identifier: Apache-2.0
# A semaphore with two permits, of which a thread keeps one.
#
# expect: semaphore-leak tier=observed locks=1 names=/mp- kinds=semaphore reason=posted
import multiprocessing
import threading

permits = multiprocessing.Semaphore(2)


def worker():
    with permits:
        print("one")
    permits.acquire()


thread = threading.Thread(target=worker)
thread.start()
thread.join()
