"""Runs the programs of all sides in turn, and tells what they measured."""
