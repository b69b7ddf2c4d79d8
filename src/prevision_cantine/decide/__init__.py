"""What is decided from a forecast: orders, trade-offs, scenarios, ingredients."""
