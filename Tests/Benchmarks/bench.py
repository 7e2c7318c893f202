#!/usr/bin/env python3
"""Measures Backstage beside plain C and other libraries, by turns, in one run.

    bench.py [run | growth] [--quick] [--rounds N] [--only NAME] [--side SIDE] [--json FILE] ...
    bench.py check
    bench.py chart FILE

See README.md beside this file.
"""

import sys

from driver.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
