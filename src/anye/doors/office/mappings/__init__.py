"""What the columns of an unknown sheet mean: said by an officer, tried on the whole file, kept for the next one."""
