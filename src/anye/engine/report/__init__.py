"""Indicators: a definition becomes a number, and the rows behind it."""
