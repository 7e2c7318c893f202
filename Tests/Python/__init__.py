"""Tests of the Python package's face."""
