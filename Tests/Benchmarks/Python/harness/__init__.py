"""What the sides share: the clock, the payloads, the tally, and how a run is told."""
