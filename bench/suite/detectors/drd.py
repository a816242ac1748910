# SPDX-License-Identifier: Apache-2.0
from suite.valgrind import Valgrind


class Drd(Valgrind):
    """Knows no lock order: it is here for its races and its price."""

    name = "DRD"
    place = 5
    tool = "drd"
