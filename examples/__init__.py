"""Programs that use the ledger as its callers do."""
