"""Runs all sides of all workloads in turn, and tells what they measured."""
