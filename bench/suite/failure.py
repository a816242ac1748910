# SPDX-License-Identifier: Apache-2.0
class Failure(Exception):
    """One run that gave no number. The text is short enough for a cell of a table; `detail` is for whoever looks into it."""

    def __init__(self, text, detail=""):
        super().__init__(text)
        self.detail = detail
