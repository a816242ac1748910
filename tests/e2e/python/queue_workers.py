# SPDX-License-Identifier: Apache-2.0
# Producers and consumers around bounded queues, one feeding the next, with time limits that pass.
#
# expect: silent
import queue
import threading

ITEMS = 300
raw = queue.Queue(maxsize=3)
cooked = queue.Queue(maxsize=2)


def produce():
    for item in range(ITEMS):
        raw.put(item)


def work():
    while (item := raw.get()) is not None:
        cooked.put(item * 2)
        raw.task_done()
    raw.task_done()


def consume(count, into):
    while len(into) < count:
        try:
            into.append(cooked.get(timeout=0.001))
        except queue.Empty:
            continue


results = []
producers = [threading.Thread(target=produce) for _ in range(2)]
workers = [threading.Thread(target=work) for _ in range(3)]
consumer = threading.Thread(target=consume, args=(2 * ITEMS, results))
for thread in [*workers, consumer, *producers]:
    thread.start()
for thread in producers:
    thread.join()
for _ in workers:
    raw.put(None)
raw.join()
for thread in [*workers, consumer]:
    thread.join()
print(len(results), sum(results))
