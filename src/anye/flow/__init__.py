"""The pass from a clean row to the records, and from the records to today's work."""
