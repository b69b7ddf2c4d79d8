"""Code lists with their dates and sources."""
