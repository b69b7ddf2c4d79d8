"""Registers kept elsewhere, read into records, with a report of what was not understood."""
