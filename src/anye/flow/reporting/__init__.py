"""The figures of a year from the registry: each indicator's rows, its number, and the same for every area."""
