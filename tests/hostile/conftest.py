"""Fixtures of the hostile tests: the same service on a fresh ledger as the tests of the shell have."""

from tests.shell.conftest import api, ledger, w

__all__ = ["api", "ledger", "w"]
