"""What a forecast and an order are worth, beside plain baselines."""
