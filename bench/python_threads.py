#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""usage: python_threads.py OPERATIONS. Two threads each take locks of their own kind inside one another, and one gives the
other items through a queue, 1 to 10 lock operations. Prints "OPERATIONS CPU_SECONDS"."""
import queue
import sys
import threading
import time

BATCH = 10


def work(rounds, outer, inner, give, get):
    for _ in range(rounds):
        for _ in range(BATCH // 2):
            with outer:
                with inner:
                    pass
        give()
        get()


def main():
    rounds = int(sys.argv[1]) // (2 * BATCH)
    items = queue.Queue(maxsize=100)
    shared = threading.Lock()
    workers = [threading.Thread(target=work, args=(rounds, threading.Lock(), shared, *hands))
               for hands in ((lambda: items.put(1), lambda: None), (lambda: None, items.get))]
    before = time.process_time()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(2 * BATCH * rounds, time.process_time() - before)


main()
