# SPDX-License-Identifier: Apache-2.0
from suite.compressor import Compressor


class Pbzip2(Compressor):
    name = "pbzip2"
    needs = ("pbzip2",)
    packages = "pbzip2"
    command = ("pbzip2", "-p2", "-k", "-q")
    megabytes = 40
