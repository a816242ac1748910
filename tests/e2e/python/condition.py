# SPDX-License-Identifier: Apache-2.0
# Conditions on plain and re-entrant locks and events, waited for with and without a time limit. A condition makes a lock
# for each waiter, which another thread releases; one whose wait runs out is released by nobody.
#
# expect: silent
import threading

plain = threading.Condition(threading.Lock())
reentrant = threading.Condition()
never = threading.Event()
turns = 0


def alternate(condition, parity, count):
    global turns
    for _ in range(count):
        with condition:
            condition.wait_for(lambda: turns % 2 == parity)
            turns += 1
            condition.notify_all()


def wait_in_vain(count):
    for _ in range(count):
        with plain:
            plain.wait(timeout=0.00001)
        never.wait(timeout=0.00001)


def run(target, *arguments):
    threads = [threading.Thread(target=target, args=argument) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


for condition in plain, reentrant:
    run(alternate, (condition, 0, 200), (condition, 1, 200))
run(wait_in_vain, (1500,), (1500,))
print(turns)
