# SPDX-License-Identifier: Apache-2.0
# Locks that come back though an exception passes, locks released by another thread than the one that took them
# and has ended, one that marks that something runs once, and one held by a daemon at the end.
#
# expect: silent
import threading

lock = threading.Lock()
again = threading.RLock()
token = threading.Lock()
once = threading.Lock()
of_daemon = threading.Lock()
ready = threading.Event()


def worker():
    for job in range(3):
        try:
            with lock, again, again:
                if job == 1:
                    raise ValueError(job)
        except ValueError as error:
            print("failed:", error)
    if once.acquire(False):
        print("once")
    with token:
        pass
    token.acquire()


def stay():
    with of_daemon:
        pass
    with of_daemon:
        ready.set()
        threading.Event().wait()


for _ in range(2):
    thread = threading.Thread(target=worker)
    thread.start()
    thread.join()
    token.release()
threading.Thread(target=stay, daemon=True).start()
ready.wait()
