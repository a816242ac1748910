# SPDX-License-Identifier: Apache-2.0
import time

from suite.benchmark import Benchmark, Value
from suite.process import Process, run_client, wait_until

REQUESTS = 3_000_000


class Redis(Benchmark):
    """Half sets, half gets, 16 at a time from each of 50 clients, with a second thread for input and output."""

    name = "redis"
    needs = ("redis-server", "redis-benchmark")
    packages = "redis-server redis-tools"

    def measure(self, detector, proofs, scratch):
        socket = scratch / "socket"
        command = ["redis-server", "--port", "0", "--unixsocket", socket, "--io-threads", "2", "--io-threads-do-reads", "yes",
                   "--save", "", "--appendonly", "no"]
        each = round(REQUESTS * detector.work / 2)
        with Process(detector, proofs, command, scratch) as server:
            wait_until(socket.exists, server, 30)
            ask = ["redis-benchmark", "-s", socket, "-t", "set,get", "-c", "50", "-P", "16", "-r", "100000", "-q", "-n"]
            run_client([*ask, each // 10], 120)
            wall, cpu = time.monotonic(), server.cpu()
            run_client([*ask, each], 120)
            wall, cpu = time.monotonic() - wall, server.cpu() - cpu
            server.stop()
        detector.check(scratch, 1)
        return {
            "redis, server CPU": Value(cpu / (2 * each) * 1e6, "us/op"),
            "redis, throughput": Value(2 * each / wall / 1000, "kop/s"),
        }
