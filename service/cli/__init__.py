"""The command line: the same use cases as the API, on files where no server is needed."""

from service.cli.commands import app

__all__ = ["app"]
