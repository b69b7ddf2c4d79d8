"""Which days are served, what surrounds each of them, and the spans that they form."""
