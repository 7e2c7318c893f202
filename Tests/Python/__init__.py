"""Tests of the Python package's face."""  # noqa: N999
