# SPDX-License-Identifier: Apache-2.0
# Two threads of a script that wait for each other's lock. The report has the lines of the script.
#
# expect: deadlock tier=actual names=accounts_lock,audit_lock functions=transfer,audit
# ended: deadlock
# live: error: deadlock:
# live: deadlock.py
import threading

accounts_lock = threading.Lock()
audit_lock = threading.Lock()
both_have = threading.Barrier(2)


def transfer():
    with accounts_lock:
        both_have.wait()
        with audit_lock:
            pass


def audit():
    with audit_lock:
        both_have.wait()
        with accounts_lock:
            pass


threads = [threading.Thread(target=transfer), threading.Thread(target=audit)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
