# SPDX-License-Identifier: Apache-2.0
# A script sleeps with its lock held.
#
# expect: lock-held-across-io severity=warning names=state functions=hold message=sleeps
import threading
import time

state = threading.Lock()


def hold():
    with state:
        time.sleep(0.003)


hold()
