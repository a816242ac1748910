# SPDX-License-Identifier: Apache-2.0
# A daemon thread that is busy under a lock when the interpreter takes itself apart ends there and then.
#
# expect: silent
import threading

lock = threading.Lock()
ready = threading.Event()


def work():
    with lock:
        pass
    with lock:
        ready.set()
        while True:
            pass


threading.Thread(target=work, daemon=True).start()
ready.wait()
