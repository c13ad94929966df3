"""What people see: a door per audience, each built on the kit."""
