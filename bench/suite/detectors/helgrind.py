# SPDX-License-Identifier: Apache-2.0
from suite.valgrind import Valgrind


class Helgrind(Valgrind):
    name = "Helgrind"
    place = 4
    tool = "helgrind"
