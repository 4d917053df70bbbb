"""The one place where the ledger meets its database, SQLite or PostgreSQL."""
