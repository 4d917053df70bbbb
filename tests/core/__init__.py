"""Tests of the pure calculation: no database, no event loop."""
