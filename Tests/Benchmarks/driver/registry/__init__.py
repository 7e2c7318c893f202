"""All workloads, in the order of the table."""

from __future__ import annotations

from .growth import GROWTH
from .languages import OF_PYTHON, OF_SWIFT
from .lives import LIVES
from .messages import MESSAGES
from .patterns import PATTERNS

WORKLOADS = MESSAGES + PATTERNS + LIVES + OF_PYTHON + OF_SWIFT

__all__ = ["GROWTH", "WORKLOADS"]
