"""How far a forecast may be off: its spread, its intervals, and the losses that measure it."""
