# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import time

from suite.benchmark import Benchmark, Value
from suite.detectors.native import Native
from suite.process import Process, run_client, wait_until

TRANSACTIONS = 10_000
SERVER = "/usr/sbin/mariadbd"  # which is in nobody's path but root's
AS_ROOT = ["--user=root"] if os.geteuid() == 0 else []


class Mariadb(Benchmark):
    """sysbench's mixture of reads and writes, 2 clients, on a data directory of its own that each run has a fresh copy of."""

    name = "mariadb"
    needs = (SERVER, "mariadb-install-db", "sysbench")
    packages = "mariadb-server sysbench"

    def serve(self, detector, proofs, data, scratch):
        # Valgrind has no io_uring, nor the addresses that this server sets apart if it is not told how far its pool may grow.
        options = ["--no-defaults", f"--datadir={data}", f"--socket={scratch}/socket", f"--pid-file={scratch}/pid", *AS_ROOT,
                   "--skip-networking", "--innodb-flush-log-at-trx-commit=0", "--innodb-use-native-aio=0",
                   "--innodb-buffer-pool-size=256M", "--loose-innodb-buffer-pool-size-max=256M"]
        return Process(detector, proofs, [SERVER, *options], scratch)

    def sysbench(self, scratch, *arguments):
        return run_client(["sysbench", "oltp_read_write", "--db-driver=mysql", f"--mysql-socket={scratch}/socket", "--mysql-user=root",
                           "--mysql-db=test", "--tables=4", "--table-size=10000", "--threads=2", "--time=0", *arguments], 300)

    def prepare(self, directory):
        self.data = directory / "data"
        run_client(["mariadb-install-db", "--no-defaults", f"--datadir={self.data}", "--auth-root-authentication-method=normal",
                    "--skip-test-db", *AS_ROOT], 120)
        (self.data / "test").mkdir()
        with self.serve(Native(self.build), [], self.data, directory) as server:
            wait_until((directory / "socket").exists, server, 60)
            self.sysbench(directory, "prepare")
            server.stop()

    def measure(self, detector, proofs, scratch):
        shutil.copytree(self.data, scratch / "data")
        count = round(TRANSACTIONS * detector.work)
        with self.serve(detector, proofs, scratch / "data", scratch) as server:
            wait_until((scratch / "socket").exists, server, 60)
            self.sysbench(scratch, f"--events={max(2, count // 5)}", "run")
            wall, cpu = time.monotonic(), server.cpu()
            output = self.sysbench(scratch, f"--events={count}", "run")
            wall, cpu = time.monotonic() - wall, server.cpu() - cpu
            server.stop()
        transactions = int(re.search(r"transactions:\s+(\d+)", output).group(1))
        detector.check(scratch, transactions)
        return {
            "mariadb, server CPU": Value(cpu / transactions * 1000, "ms/tx"),
            "mariadb, throughput": Value(transactions / wall, "tx/s"),
        }
