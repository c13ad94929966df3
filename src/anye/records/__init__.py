"""The nouns: what is on record. One Django app each: models (tables), queries (reads), actions (writes)."""
