# SPDX-License-Identifier: Apache-2.0
from suite.compressor import Compressor


class Zstd(Compressor):
    name = "zstd"
    needs = ("zstd",)
    packages = "zstd"
    command = ("zstd", "-T2", "-9", "-q")
    megabytes = 100
