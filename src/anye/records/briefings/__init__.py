"""Figures as they stood on a day, and what was told of them."""
