"""Anye: a registry for job and income support, from registers in to help out."""
