# SPDX-License-Identifier: Apache-2.0
# The same without `with`: locks of two objects, taken by calls of acquire() and with a time limit.
#
# expect: same-class-nesting tier=plausible locks=2 names=Account.lock functions=Account.give
import threading

from support.in_turn import run_in_turn


class Account:
    def __init__(self):
        self.lock = threading.Lock()
        self.balance = 100

    def give(self, other, amount):
        self.lock.acquire()  # held: give
        try:
            self.balance -= amount
            other.lock.acquire(timeout=1000)  # wanted: give
            other.balance += amount
            other.lock.release()
        finally:
            self.lock.release()


mine = Account()
yours = Account()
run_in_turn(lambda: mine.give(yours, 1), lambda: yours.give(mine, 2))
print(mine.balance, yours.balance)
