"""The outcomes ledger: contracts, outcome events and auditable payment statements."""
