"""Briefings: the year, a quarter or a month in sentences, with figures that open to their records."""
