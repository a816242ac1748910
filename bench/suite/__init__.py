# SPDX-License-Identifier: Apache-2.0
"""What Gordian costs, and what its peers cost: bench/run.

A benchmark is measured under detectors, in a process of its own each time. Each round takes every benchmark once under
every detector, one right after the other and in an order that rotates, so that whatever else the machine does meets all
of them alike. Ratios are taken within a round; the median over the rounds is shown, and in brackets their middle half.

No number is taken on trust: every single run must show that it was under the detector that it should have been under,
and under no other.
"""
