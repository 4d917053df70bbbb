"""What somebody with the rights of the database's owner, or with its file, can change, and what finds it."""
