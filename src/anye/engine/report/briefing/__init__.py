"""A briefing (简报): text with live figures in it, by what a registry told on a day, as a page, for Word and as PDF."""
