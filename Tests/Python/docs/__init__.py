"""Tests of what the pages for Python users show."""
