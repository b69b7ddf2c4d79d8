"""Inputs, units, texts and exact numbers: from what people give to arrays."""
