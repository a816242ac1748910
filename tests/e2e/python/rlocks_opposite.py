# SPDX-License-Identifier: Apache-2.0
# Two re-entrant locks, each taken twice, in opposite orders.
#
# expect: lock-order-cycle tier=plausible locks=2 names=outer,inner
import threading

from support.in_turn import run_in_turn

outer = threading.RLock()
inner = threading.RLock()


def first():
    with outer:  # held: first
        with outer:
            with inner, outer:  # wanted: first
                pass


def second():
    with inner:  # held: second
        with outer:  # wanted: second
            with inner:
                pass


run_in_turn(first, second)
print("done")
