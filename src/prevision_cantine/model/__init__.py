"""The additive model: terms, their columns, the regression, recent levels, and what forecasts with them."""
