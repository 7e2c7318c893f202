"""The harness: workloads, rounds, spreads, the table."""
