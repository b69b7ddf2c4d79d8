"""Registers written for others: spreadsheets, tables, JSON, linked data."""
