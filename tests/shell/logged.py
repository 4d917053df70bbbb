"""What the service logs while a test runs, down to the least important line."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from service.telemetry.log_lines import JsonLines


class Log(io.StringIO):
    """What the service logs, as it would stand on standard error."""

    def lines(self) -> list[dict[str, Any]]:
        """Every line so far."""
        return [json.loads(line) for line in self.getvalue().splitlines()]


@contextmanager
def everything_logged() -> Iterator[Log]:
    """Everything that anybody logs, however unimportant, in the format of the service."""
    written = Log()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    # A server that other tests started in this process may have quietened its loggers.
    loud = [
        (root, logging.DEBUG),
        *((logging.getLogger(name), logging.NOTSET) for name in ("uvicorn", "uvicorn.error")),
    ]
    before = [(logger, logger.level, logger.propagate) for logger, _ in loud]
    for logger, level in loud:
        logger.setLevel(level)
        logger.propagate = True
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)
    for logger, level, passes_on in before:
        logger.setLevel(level)
        logger.propagate = passes_on
