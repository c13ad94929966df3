"""The year's figures: each with its definition, of every area, and the rows behind it."""
