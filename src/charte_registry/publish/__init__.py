"""What is made of a register for people: the public extract, indicators, the report, findings in words."""
