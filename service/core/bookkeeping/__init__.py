"""What bookkeepers make of statements: payers' statements, vouchers, and journals of all that moved."""
