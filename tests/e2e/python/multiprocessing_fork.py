# SPDX-License-Identifier: Apache-2.0
# Forked worker processes, a process pool, a shared queue and a shared lock; the child of a fork in the middle of a
# lock goes on from there.
#
# ignore: lock-held-across-io
# expect: silent
import multiprocessing
import os
import threading

lock_a = threading.Lock()
lock_b = threading.Lock()


def square(number):
    with lock_a, lock_b:
        return number * number


def fill(items, lock):
    for number in range(20):
        with lock:
            items.put(number)


def main():
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        print(sum(pool.map(square, range(50))))
    items = context.Queue()
    lock = context.Lock()
    children = [context.Process(target=fill, args=(items, lock)) for _ in range(2)]
    for child in children:
        child.start()
    print(sum(items.get() for _ in range(40)))
    for child in children:
        child.join()
    with lock_a:
        child = os.fork()
        if child == 0:
            with lock_b:
                os._exit(0)
        with lock_b:
            os.waitpid(child, 0)


main()
