#!/usr/bin/env python3
"""Measures Backstage's typed Swift actors beside its C ABI and Swift's own actors, by turns.

    bench_swift.py --programs DIR --c-bench FILE
                   [--rounds N] [--only NAME] [--side LIBRARY] [--quick] [--json FILE] [--list]

Each workload is written for each side as its own users would write it, and checks its own result.
Every run is a process of its own on one CPU: a warm-up, then rounds of all sides in turn. A figure
is the median of its rounds, with the least and the most; a ratio tells how many times as good the
typed actors were as that side, round by round. Goals are told, and fail nothing.
"""

import sys
from pathlib import Path

# What the benchmarks of Python have in common with this one: the model, spreads, the table.
sys.path.append(str(Path(__file__).resolve().parent.parent / "Python"))

if __name__ == "__main__":
    from driver.main import main

    sys.exit(main())
