"""The administrator's pages: offices, users, their duties, users from a sheet. Rows lie in the acting range or are not found."""
