"""Other people's formats: what is read into a register, what is written from it, and what was lost."""
