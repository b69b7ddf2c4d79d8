"""Steps, tables and formulas: arrays in, arrays out, exactly."""
