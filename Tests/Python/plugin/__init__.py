"""Tests of what the package brings for testing actors."""
