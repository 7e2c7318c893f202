#!/usr/bin/env python3
"""One run of one workload with Backstage for Python, asyncio, Thespian or Pykka.

    bench_side.py --run SIDE --workload NAME --count N [--cpu N] [--figures-fd FD] [--cpu-time]

Each workload is written for each library as that library's own users would write it, and checks
its own result. The driver of all benchmarks starts this: see ../README.md.
"""

import sys

from harness.protocol import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
