#!/usr/bin/env python3
"""Measures Backstage for Python beside Pykka, Thespian and asyncio, by turns, in one run.

    bench_python.py [--rounds N] [--only NAME] [--side LIBRARY] [--quick] [--json FILE] [--list]

Each workload is written for each library as that library's own users would write it, and checks
its own result. Every run is a process of its own on one CPU: a warm-up, then rounds of all sides
in turn. A figure is the median of its rounds, with the least and the most; a ratio tells how many
times as good Backstage was as that library, round by round. Goals are told, and fail nothing.
"""

import sys

from bench.main import main

if __name__ == "__main__":
    sys.exit(main())
