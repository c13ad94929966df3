"""Ratios against peers and floors, measured in one run: `make bench`, or `python -m bench load search --people 100000`."""
