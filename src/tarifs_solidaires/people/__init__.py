"""Frames, files, comparison, made populations: rules on many people, and cases of others."""
