# SPDX-License-Identifier: Apache-2.0
# A pool forks its worker while another thread holds a lock: in the worker, nobody ever gives it back, and the job that
# takes it hangs, and with it the program. Ending the worker sets it free.
#
# expect: deadlock tier=actual locks=1 names=journal_lock functions=job
# ignore: lock-held-across-io
# ended: deadlock
# exit: 3
# only: run
# live: waits for journal_lock, held by a thread that is not there any more
# live: process_pool_after_fork.py
import concurrent.futures
import multiprocessing
import sys
import threading

journal_lock = threading.Lock()
is_held = threading.Event()
is_forked = threading.Event()


def write_journal():
    with journal_lock:
        is_held.set()
        is_forked.wait()


def job(number):
    with journal_lock:
        return number


writer = threading.Thread(target=write_journal, name="writer")
writer.start()
is_held.wait()
context = multiprocessing.get_context("fork")
with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
    result = pool.submit(job, 1)  # forks the worker
    is_forked.set()
    writer.join()
    try:
        result.result()
    except concurrent.futures.process.BrokenProcessPool:
        sys.exit(3)
