# SPDX-License-Identifier: Apache-2.0
from suite.compressor import Compressor


class Zstd(Compressor):
    name = "zstd"
    needs = ("zstd",)
    packages = "zstd"
    command = ("zstd", "-T2", "-B1M", "-9", "-q")
    least = 0.05
    megabytes = 100
