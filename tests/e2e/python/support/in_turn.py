# SPDX-License-Identifier: Apache-2.0
"""What the watched Python programs share: ways to bring threads into a chosen order that take no lock and do not
guess by time. Steps are lists that threads append to, which the interpreter's own lock makes safe."""
import threading
import time


def await_count(steps, count):
    while len(steps) < count:
        time.sleep(0)


def run_in_turn(*parts):
    """Runs each part in a thread of its own, strictly one after the other. All threads are alive from before the first
    part begins until the last has ended, so that no part is ordered before another by create or join."""
    alive, done = [], []

    def take_turn(number, part):
        alive.append(number)
        await_count(alive, len(parts))
        await_count(done, number)
        part()
        done.append(number)
        await_count(done, len(parts))

    threads = [threading.Thread(target=take_turn, args=item) for item in enumerate(parts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
