# SPDX-License-Identifier: Apache-2.0
# A pool of threads whose jobs share a lock, look at each other's results and add more jobs.
#
# expect: silent
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

lock = threading.Lock()
counts = {}


def job(number):
    with lock:
        counts[number % 7] = counts.get(number % 7, 0) + 1
    return number


with ThreadPoolExecutor(max_workers=4) as pool:
    futures = [pool.submit(job, number) for number in range(200)]
    total = sum(future.result() for future in as_completed(futures))
    total += sum(pool.map(job, range(100)))
    chained = pool.submit(lambda: pool.submit(job, 1))
    total += chained.result().result()
print(total, sum(counts.values()))
