"""The rules of a register, one module a family; each says what is wrong, why, and what to do."""
