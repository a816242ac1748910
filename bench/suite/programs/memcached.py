# SPDX-License-Identifier: Apache-2.0
import os
import resource

from suite.benchmark import Benchmark, Value
from suite.process import Process, run_client, wait_until

OPERATIONS = 1_000_000
CONNECTIONS = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 12  # all that Valgrind leaves: it lets nobody ask for another limit


class Memcached(Benchmark):
    """Two threads that answer 9 gets to 1 set, in batches, on a Unix socket: bench/memcached_load.c."""

    name = "memcached"
    needs = ("memcached",)
    packages = "memcached"

    def measure(self, detector, proofs, scratch):
        socket = scratch / "socket"
        command = ["memcached", "-t", "2", "-m", "64", "-c", CONNECTIONS, "-s", socket]
        if os.geteuid() == 0:
            command += ["-u", "root"]
        with Process(detector, proofs, command, scratch) as server:
            wait_until(socket.exists, server, 30)
            output = run_client([self.build / "bench/memcached_load", socket, server.popen.pid,
                                 round(OPERATIONS * detector.work)], 300)
            server.stop()
        operations, wall, cpu = map(float, output.split())
        detector.check(scratch, operations)
        return {
            "memcached, throughput": Value(operations / wall / 1000, "kop/s"),
            "memcached, server CPU": Value(cpu / operations * 1e6, "us/op"),
        }
