# SPDX-License-Identifier: Apache-2.0
# A re-entrant lock may be taken again inside a lock that was taken inside it.
#
# expect: silent
import threading

from support.in_turn import run_in_turn

outer = threading.RLock()
inner = threading.RLock()


def re_enter():
    with outer:
        with inner:
            with outer:
                with inner:
                    pass
        outer.acquire()
        outer.release()


run_in_turn(re_enter, re_enter)
print("done")
