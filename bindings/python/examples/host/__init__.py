"""The parts of hostwatch.py, one concern each."""
