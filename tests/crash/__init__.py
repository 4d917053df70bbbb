"""What becomes of the ledger when callers crowd, processes die, disks fill and databases restart."""
