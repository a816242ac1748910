# SPDX-License-Identifier: Apache-2.0
from suite.detector import Detector


class Native(Detector):
    """The program as it is."""

    name = "native"
    place = 0
    peer = False
