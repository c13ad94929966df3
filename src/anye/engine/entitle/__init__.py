"""Who is owed what: a policy file becomes a checked policy, and that one rule answers for one person and for everyone."""
