"""Forecasts of the past, made as if on their day and measured."""
