"""The office's door: what village, town and district officers see. They differ in the rows they reach, not in code."""
