"""The public page of a rule: what it is, how it is worked out, and a calculator that needs no server."""
