"""Pure functions over dated facts: frames and dataclasses in, frames out. No Django, no database, no clock."""
