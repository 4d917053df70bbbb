"""The docs page in a real browser, and the README's tour in a real shell, on a ledger loaded as `make run` does."""
