"""Tells rows that a database refuses, whatever is wrong with them, from its outages."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError

from service.core.errors import InvalidInput
from service.storage.outages import is_outage


@contextmanager
def refusals_told() -> Iterator[None]:
    """Raise InvalidInput where the database refuses rows of the block for what they are; outages pass as they are."""
    try:
        yield
    except IntegrityError:
        raise _refused("it is there twice, or belongs to nothing") from None
    except DBAPIError as error:
        if is_outage(error):
            raise
        raise _refused("a value of it does not fit") from None


def _refused(why: str) -> InvalidInput:
    return InvalidInput(f"The database refuses a row: {why}. Nothing was stored.", ())
