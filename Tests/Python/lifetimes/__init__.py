"""Tests of what becomes of engines, and of what interrupts them."""
