# SPDX-License-Identifier: Apache-2.0
# The healthy twin of sleeps_with_lock.py.
#
# expect: silent
import threading
import time

state = threading.Lock()

with state:
    pass
time.sleep(0.003)
